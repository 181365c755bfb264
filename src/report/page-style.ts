/** The style sheet of a report: one column on a phone, two columns of figures on a wide screen, white on paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1d2329;--soft:#59636e;--line:#d5dae0;--back:#fff;--card:#f5f7f9;--accent:#0067a8;--good:#00724f}
@media (prefers-color-scheme:dark){@media screen{:root{--ink:#e4e8ec;--soft:#9aa5b1;--line:#333c46;--back:#12161b;--card:#1b2128;--accent:#5bb8f0;--good:#35cfa4}}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:break-word}
main{max-width:1360px;margin:0 auto;padding:2rem clamp(1rem,3vw,2.5rem) 3rem}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:2.75rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:75ch}
.soft,figcaption,summary,small{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.75rem;margin:1.5rem 0 0;padding:0;list-style:none}
.cards li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem;min-width:0}
.cards b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums;font-weight:650}
.cards span{display:block;font-size:.85rem;color:var(--soft)}
.figures{display:grid;gap:2rem 2.5rem;grid-template-columns:minmax(0,1fr)}
@media (min-width:1000px){.figures{grid-template-columns:repeat(2,minmax(0,1fr))}}
figure{margin:0;min-width:0;break-inside:avoid}
figure h3{margin:0 0 .5rem}
figcaption{font-size:.875rem;margin-top:.25rem;max-width:75ch}
.narrow{display:none}
@media (max-width:599px){.wide{display:none}.narrow{display:block}}
details{margin:.5rem 0;font-size:.9rem}
summary{cursor:pointer;width:fit-content}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.925rem}
th,td{padding:.4rem .9rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{white-space:nowrap}
thead th{color:var(--soft);font-size:.85rem}
td.number,th.number{text-align:right;white-space:nowrap}
td.best{color:var(--good);font-weight:650}
tbody th.part{padding-top:1.1rem;color:var(--soft);font-size:.85rem}
blockquote{margin:.5rem 0 1.25rem;padding:.25rem 0 .25rem 1rem;border-left:3px solid var(--accent);max-width:75ch;white-space:pre-wrap}
code,pre{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.75rem 1rem;overflow-x:auto;margin:.5rem 0}
code{overflow-wrap:anywhere}
th code{white-space:nowrap}
@media (max-width:599px){th code{white-space:normal}.keys th:first-child{min-width:9.5rem}th,td{padding-right:.6rem;font-size:.85rem}}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@page{margin:14mm}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}h2{margin-top:1.75rem}.scroll{overflow:visible}.figures{display:block;columns:2;column-gap:2rem}figure{margin-bottom:1.25rem}.wide,details:not([open]){display:none}.narrow{display:block}.narrow svg{max-width:100%}h2,h3,h2+p{break-after:avoid}tr,.cards li,blockquote{break-inside:avoid}pre{white-space:pre-wrap}}
`;
