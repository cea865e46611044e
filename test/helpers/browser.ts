import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium without a screen, with an empty profile; `await using` ends it. */
export async function openBrowser(): Promise<Browser> {
  // Its sandbox refuses to work for root, and in containers; the only pages are the emulator's.
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}
