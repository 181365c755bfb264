/** Small Debian packages with pages of help, for tests. */
import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Writes a Debian package whose files are in `data.tar.gz`. */
export async function writePackage(
  path: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  const data = gzipSync(await tarOf(files));
  const members = [
    member('debian-binary', Buffer.from('2.0\n')),
    member('control.tar.gz', gzipSync('odd')),
    member('data.tar.gz', data),
  ];
  writeFileSync(path, Buffer.concat([Buffer.from('!<arch>\n'), ...members]));
}

async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name: `./${name}` }, text);
  tar.finalize();
  return await buffer(tar);
}

/** Returns a member of an ar archive with its header. */
export function member(name: string, content: Buffer): Buffer {
  const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)];
  const header = `${fields.join('')}${`${content.length}`.padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(header), content, Buffer.alloc(content.length % 2)]);
}

/** Returns a page with paragraphs by their identifiers. */
export function page(paragraphs: Readonly<Record<string, string>>): string {
  const body = Object.entries(paragraphs).map(([id, text]) => `<p id="${id}" class="paragraph">${text}</p>`);
  return `<!DOCTYPE html><html><head><title>x</title></head><body><p>Frame</p>${body.join('\n')}</body></html>`;
}

/** The path of a page in a package. */
export function pagePath(language: string, name: string): string {
  return `usr/share/libreoffice/help/${language}/text/${name}.html`;
}

/**
 * Writes packages of both languages with so many pages of three sentences.
 *
 * @param release in the names of the files
 */
export async function writeHelpPackages(
  folder: string,
  pages: number,
  release = '7.4.7-1+deb12u14',
): Promise<{ source: string; target: string }> {
  const filesOf = (language: string, sentence: (page: number, line: number) => string) =>
    Object.fromEntries(
      Array.from({ length: pages }, (_, at) => [
        pagePath(language, `page${`${at}`.padStart(3, '0')}`),
        page(Object.fromEntries([1, 2, 3].map((line) => [`par_id${line}`, sentence(at, line)]))),
      ]),
    );
  const source = `${folder}/libreoffice-help-en-us_${release}_all.deb`;
  const target = `${folder}/libreoffice-help-fr_${release}_all.deb`;
  await writePackage(
    source,
    filesOf('en-US', (at, line) => `Sentence ${line} of the page ${at}.`),
  );
  await writePackage(
    target,
    filesOf('fr', (at, line) => `Phrase ${line} de la page ${at}.`),
  );
  return { source, target };
}
