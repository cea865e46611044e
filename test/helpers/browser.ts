import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium without a screen, with an empty profile; `await using` ends it. */
export async function openBrowser(): Promise<Browser> {
  // Its sandbox does not run for root or in containers; it opens only pages of the emulator.
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}
