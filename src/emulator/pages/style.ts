/** The style sheet of the emulator's pages, for light and dark mode and for any width. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --faint: #5d6b7c; --line: #dde3ea; --paper: #fff; --desk: #eef2f6;
  --accent: #0b6bcb; --accent-ink: #fff; --chip: #f4f7fa; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6ebf1; --faint: #9aa8b8; --line: #33404e; --paper: #1b232c; --desk: #11171d;
    --accent: #63acf3; --accent-ink: #0b1520; --chip: #232d38; --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--desk); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main {
  width: 100%; max-width: 460px; padding: 28px 32px 32px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 40px rgb(16 32 56 / 10%);
}
header {
  display: flex; align-items: center; gap: 8px; margin-bottom: 20px;
  color: var(--faint); font-size: 14px; font-weight: 600;
}
header em { font-weight: 400; }
.mark { width: 14px; height: 14px; border-radius: 4px; background: var(--accent); }
h1 { margin: 0 0 8px; font-size: 22px; line-height: 1.25; overflow-wrap: anywhere; }
p { margin: 0 0 16px; color: var(--faint); overflow-wrap: anywhere; }
p strong { color: var(--ink); }
.bad { color: var(--bad); }
.code {
  margin: 0 0 20px; padding: 12px; text-align: center; background: var(--chip);
  border: 1px solid var(--line); border-radius: 10px;
  font: 600 26px/1.2 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; letter-spacing: .28em;
  text-indent: .28em;
}
h2 { margin: 0 0 8px; font-size: 14px; }
ul { list-style: none; margin: 0 0 24px; padding: 0; border: 1px solid var(--line); border-radius: 10px; }
li { padding: 10px 14px; }
li + li { border-top: 1px solid var(--line); }
li small {
  display: block; color: var(--faint); overflow-wrap: anywhere;
  font: 12px/1.4 ui-monospace, Menlo, "DejaVu Sans Mono", monospace;
}
label { display: block; margin-bottom: 20px; font-size: 14px; font-weight: 600; }
input[type="text"], select {
  display: block; width: 100%; margin-top: 6px; padding: 10px 12px; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px; font: inherit; font-weight: 400;
}
.actions { display: flex; gap: 12px; }
button {
  flex: 1; padding: 11px 16px; border: 1px solid var(--line); border-radius: 8px; cursor: pointer;
  background: transparent; color: var(--ink); font: inherit; font-weight: 600;
}
button.go { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button:hover { filter: brightness(1.06); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
