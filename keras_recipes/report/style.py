"""How the page looks: on a wide screen, a phone and paper, in light and in dark."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1b1b; --faint: #5c5c5c; --page: #ffffff; --card: #f5f6f8; --line: #d9dce1;
  --good: #0b6e3a; --warn: #8a4b00; --bad: #a11212;
  --banner: #ffe680; --banner-ink: #332600; --banner-line: #c79a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #ececec; --faint: #a9adb3; --page: #16181b; --card: #212429; --line: #3a3f46;
    --good: #6fd49b; --warn: #ffb65c; --bad: #ff8f8f;
    --banner: #4a3b00; --banner-ink: #ffeeb3; --banner-line: #c79a00;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 54rem;
  background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
p { margin: .4rem 0; }
p, figcaption { max-width: 44rem; }
header p, .note, figcaption, footer { color: var(--faint); font-size: .9rem; }
.state {
  display: inline-block; border: 2px solid; border-radius: 1rem; padding: .1rem .7rem;
  font-size: 1rem; font-weight: 600; vertical-align: .15em; white-space: nowrap;
}
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.banner {
  background: var(--banner); color: var(--banner-ink); border-left: .5rem solid
  var(--banner-line); border-radius: .3rem; padding: .7rem 1rem; margin: 1rem 0;
}
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .7rem; }
.tiles, .tiles dd { margin: 0; }
.tiles > div { background: var(--card); border-radius: .4rem; padding: .7rem .9rem; }
.tiles dt { color: var(--faint); font-size: .9rem; }
.tiles .value { font-size: 1.6rem; font-weight: 600; line-height: 1.3; }
.tiles .note { line-height: 1.35; }
figure { margin: 0; }
figure img {
  display: block; width: 100%; max-width: 44rem; height: auto;
  background: #ffffff; border: 1px solid var(--line); border-radius: .4rem; padding: .5rem;
}
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; }
.epochs { font-size: .8rem; overflow-wrap: normal; white-space: nowrap; }
.epochs th, .epochs td { text-align: right; padding: .15rem .3rem; }
.epochs thead th {
  border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: normal;
  line-height: 1.25;
}
.epochs .text { text-align: left; }
.epochs .best { background: var(--card); font-weight: 600; }
.facts { width: 100%; font-size: .95rem; }
.facts th { width: 11rem; font-weight: 400; color: var(--faint); }
.facts tr { border-top: 1px solid var(--line); }
summary { cursor: pointer; }
pre, code { font: .85rem/1.45 ui-monospace, monospace; }
pre {
  background: var(--card); border-radius: .4rem; padding: .8rem 1rem; margin: 0;
  overflow-x: auto; overflow-wrap: normal;
}
@media (max-width: 30rem) {
  .facts th, .facts td { display: block; width: auto; }
  .facts th { padding-bottom: 0; } .facts td { padding-top: 0; }
  body { padding-inline: .7rem; }
  figure img { padding: 0; }
}
@media print {
  :root {
    --ink: #000; --faint: #444; --page: #fff; --card: #fff; --line: #bbb;
    --good: #000; --warn: #000; --bad: #000; --banner-ink: #000; --banner: #fff;
  }
  body { max-width: none; padding: 0; font-size: .85rem; }
  figure, .tiles > div, .facts tr, .epochs tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  figure img { max-width: 21rem; border: 0; }
  .scroll { overflow: visible; }
  .epochs { font-size: .65rem; }
  .tiles > div, pre { border: 1px solid var(--line); }
  pre { white-space: pre-wrap; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
"""
