/** The looks of the page, by day and by night. Nothing is loaded from anywhere. */
export const pageStyle = `
:root { color-scheme: light dark;
  --back: #fbfaf7; --text: #22252a; --dim: #6d7178; --line: #d5d3cb; --box: #ffffff; --send: #2f6fb2; --fault: #b26a00;
  --clock: #7a5bb0; --read: #6d7178; --bad: #c22f2f; --bad-back: #fbe6e4; --good: #2c7a4b; --used: #5b86b4; --held: #e0a94a; }
@media (prefers-color-scheme: dark) { :root {
  --back: #17191c; --text: #e4e3de; --dim: #9a9da3; --line: #3a3d42; --box: #212428; --send: #74aee6; --fault: #e6a648;
  --clock: #b79ae8; --read: #9a9da3; --bad: #ff7b72; --bad-back: #3c2021; --good: #6cc58f; --used: #4f7fb0; --held: #b98430; } }
body { margin: 0; padding: 1.5rem 2rem 4rem; background: var(--back); color: var(--text);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; } h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
h1.bad, .bad { color: var(--bad); } h1.good { color: var(--good); }
p { margin: .2rem 0; } .dim { color: var(--dim); }
code, pre, .number { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12.5px; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 4px; padding: .6rem .8rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; } th { text-align: left; font-weight: 600; color: var(--dim); }
td, th { padding: .15rem .6rem; vertical-align: top; } td.right, th.right { text-align: right; }
table.lanes { min-width: 100%; } table.lanes th { position: sticky; top: 0; background: var(--back); z-index: 1; }
table.lanes td.time, table.lanes td.step { white-space: nowrap; text-align: right; color: var(--dim); padding-top: .45rem; }
table.lanes td.lane { min-width: 9rem; padding: .18rem .3rem;
  background: linear-gradient(var(--line), var(--line)) center / 1px 100% no-repeat; }
table.lanes tr.gap td { height: 1.1rem; padding: 0 .6rem; font-size: 12px; color: var(--dim); }
.box { position: relative; background: var(--box); border: 1px solid var(--line); border-left: 4px solid var(--send);
  border-radius: 4px; padding: .2rem .5rem; font-size: 12.5px; overflow-wrap: anywhere; }
.box.fault { border-left-color: var(--fault); border-style: dashed; border-left-style: solid; }
.box.jump { border-left-color: var(--clock); } .box.read { border-left-color: var(--read); }
.box.ending { border-left-color: var(--good); } .box .answer { color: var(--dim); }
th.account { white-space: nowrap; } th.account span { font-weight: 400; font-size: 12px; }
td.numbers { white-space: nowrap; padding-top: .4rem; } td.numbers.same { color: var(--dim); opacity: .55; }
tr.broken .box { border-color: var(--bad); background: var(--bad-back); }
tr.because td { border-top: 3px solid var(--bad); color: var(--bad); padding: .5rem .6rem .9rem; font-weight: 600; }
svg text { fill: var(--dim); font: 11px ui-monospace, Menlo, Consolas, monospace; }
.charts { display: flex; flex-wrap: wrap; gap: 1.2rem; } figure { margin: 0; } figcaption { font-size: 12.5px; }
.key i { display: inline-block; width: .7rem; height: .7rem; margin: 0 .25rem 0 .8rem; border-radius: 2px; }
`
