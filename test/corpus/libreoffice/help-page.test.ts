import { expect, it } from 'vitest';
import { paragraphsOf } from '../../../src/corpus/libreoffice/help-page.js';

/** Returns the paragraphs of a page's body. */
function read(body: string): Record<string, string> {
  return Object.fromEntries(paragraphsOf(`<html><body>${body}</body></html>`));
}

it('paragraphs and headings are read by their identifiers, with single spaces and without markup', () => {
  const body = `
    <h1 id="hd_id1" dir="auto"><a href="x">Auto&shy;Text</a></h1>
    <p id="par_id2">  Press <span class="keycode">Ctrl</span>+<b>F3</b>
      &lt;now&gt;.<br>Then wait.</p>
    <p id="N0091">Old</p>
    <p id="bm_module">x</p><p>no identifier</p><div id="par_id9">no paragraph</div>`;
  expect(read(body)).toEqual({
    hd_id1: 'Auto\u00adText',
    par_id2: 'Press Ctrl+F3 <now>. Then wait.',
    N0091: 'Old',
  });
});

it('of what differs by operating system, the case of all others is taken', () => {
  const keys = (mac: string, others: string) =>
    `<span id="s" class="switchinline"><span hidden="true" id="MACx" class="MAC">${mac}</span>` +
    `<span hidden="true" id="defaultx">${others}</span></span>`;
  expect(read(`<p id="par_id1">Press ${keys('<span>Command</span>', '<span>Ctrl</span>')}+F3.</p>`)).toEqual({
    par_id1: 'Press Ctrl+F3.',
  });
});

it('text for macOS alone is left out of its paragraph', () => {
  const note = '<span class="switchinline"><span class="MAC">(not on Mac)</span></span>';
  expect(read(`<p id="par_id1">Print it${note}.</p>`)).toEqual({ par_id1: 'Print it.' });
});

it('a paragraph that differs by application, without a case of all others, is left out', () => {
  const page = (rest: string) =>
    `<p id="par_id1">Choose the <span class="switchinline"><span class="IMPRESS">slide</span>${rest}</span>.</p>`;
  expect(read(page('<span class="DRAW">page</span>'))).toEqual({});
  expect(read(page('<span id="defaultx">sheet</span>'))).toEqual({ par_id1: 'Choose the sheet.' });
});

it('program text, images and empty paragraphs are left out', () => {
  const body = `<p id="par_id1" class="code">Dim x</p><p id="par_id2" class="imageintable"><img alt="Icon"></p>
    <p id="par_id3"> </p><p id="par_id4" class="codeintable">=A1</p>`;
  expect(read(body)).toEqual({});
});

it('of two paragraphs with the same identifier, the first one is taken', () => {
  expect(read('<p id="par_id1">One</p><p id="par_id1">Two</p>')).toEqual({ par_id1: 'One' });
});
