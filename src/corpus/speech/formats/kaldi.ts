/**
 * Kaldi's data folders: `wav.scp` (recording, path), `text` (utterance, phones), `utt2spk` (utterance, speaker), and `segments`
 * (utterance, recording, start and end in seconds) where recordings have several utterances. The phones have no times.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { SpokenPhone } from '../labels/label-formats.js';
import { labelFault, labelLines, parseTime } from '../labels/label-lines.js';
import { ScratchValues } from '../scratch-values.js';
import { sameName } from './paired-files.js';
import type { AudioPart, FolderFormat, RawUtterance } from './raw-utterance.js';

const LISTS = { audio: 'wav.scp', text: 'text', speakers: 'utt2spk', segments: 'segments' } as const;

export const KALDI_FORMAT: FolderFormat = {
  files: async (folder) => {
    const lists = Object.values(LISTS).map((list) => join(folder, list));
    return [...lists.filter((path) => existsSync(path)), ...(await readAudioList(folder)).values()];
  },
  open: async (folder, scratch, prefix) => {
    const phones = new ScratchValues<KaldiText>(join(scratch, `${prefix}-labels`));
    try {
      const utterances = await kaldiUtterances(folder, phones);
      return { utterances, close: () => phones.close() };
    } catch (error) {
      phones.close();
      throw error;
    }
  },
};

/** The phones of an utterance, and their line. */
interface KaldiText {
  readonly line: number;
  readonly phones: readonly string[];
}

async function kaldiUtterances(folder: string, texts: ScratchValues<KaldiText>): Promise<RawUtterance[]> {
  const recordings = await readAudioList(folder);
  const parts = existsSync(join(folder, LISTS.segments))
    ? await readSegments(join(folder, LISTS.segments), recordings)
    : undefined;
  const speakers = await readSpeakers(join(folder, LISTS.speakers));
  const path = join(folder, LISTS.text);
  const utterances: RawUtterance[] = [];
  const seen = new Map<string, number>();
  for await (const { line, text } of labelLines(path)) {
    const [name, ...phones] = text.split(/\s+/);
    noteName(seen, path, name, line);
    const part = parts?.get(name);
    const audio = recordings.get(part?.recording ?? (parts === undefined ? name : ''));
    if (audio === undefined) {
      const list = parts === undefined ? LISTS.audio : LISTS.segments;
      throw labelFault(path, line, `The utterance "${name}" is not in ${list}`);
    }
    const speaker = speakers.get(name);
    if (speaker === undefined)
      throw labelFault(path, line, `The utterance "${name}" is not in ${LISTS.speakers}`);
    if (phones.length === 0) throw labelFault(path, line, `The utterance "${name}" has no phones`);
    const number = texts.add({ line, phones });
    utterances.push({
      name,
      speaker,
      audio,
      ...(part === undefined ? {} : { part }),
      readLabels: async () => {
        const stored = texts.read(number);
        const spoken = stored.phones.map((label): SpokenPhone => ({ label, line: stored.line }));
        return { path, phones: spoken };
      },
    });
  }
  texts.finish();
  const untold = [...(parts ?? recordings).keys()].find((name) => !seen.has(name));
  if (untold !== undefined) throw labelFault(path, 0, `The utterance "${untold}" has no line here`);
  return utterances;
}

/** Returns the paths of the recordings by name. */
async function readAudioList(folder: string): Promise<Map<string, string>> {
  const list = join(folder, LISTS.audio);
  const recordings = new Map<string, string>();
  const seen = new Map<string, number>();
  for await (const { line, text } of labelLines(list)) {
    const [, name, path] = /^(\S+)\s+(.+)$/.exec(text) ?? [];
    if (path === undefined) throw labelFault(list, line, 'Expected the name of a recording and its path');
    noteName(seen, list, name, line);
    if (path.endsWith('|'))
      throw labelFault(list, line, 'The audio comes from a command, which zlm does not run', [
        'Run the commands once, and name the files that they write: `wav-copy scp:wav.scp ark,scp:…` of Kaldi, or sox.',
      ]);
    if (/\.ark:\d+$/.test(path))
      throw labelFault(list, line, 'The audio is in an archive of Kaldi, which zlm does not read', [
        "Write it to WAV files, such as with Kaldi's `wav-copy`, and name those.",
      ]);
    // Kaldi's paths are relative to the folder in which it runs.
    const inFolder = join(folder, path);
    recordings.set(name, isAbsolute(path) || !existsSync(inFolder) ? resolve(path) : inFolder);
  }
  return recordings;
}

type Segment = AudioPart & { readonly recording: string };

async function readSegments(
  path: string,
  recordings: ReadonlyMap<string, string>,
): Promise<Map<string, Segment>> {
  const segments = new Map<string, Segment>();
  const seen = new Map<string, number>();
  for await (const { line, text } of labelLines(path)) {
    const words = text.split(/\s+/);
    if (words.length !== 4) throw labelFault(path, line, 'Expected "UTTERANCE RECORDING START END"');
    const [name, recording] = words;
    noteName(seen, path, name, line);
    if (!recordings.has(recording))
      throw labelFault(path, line, `The recording "${recording}" is not in ${LISTS.audio}`);
    const [from, to] = words.slice(2).map((word) => parseTime(path, line, word));
    if (to <= from) throw labelFault(path, line, `The segment "${name}" ends before it begins`);
    segments.set(name, { recording, from, to, place: `${path}:${line}` });
  }
  return segments;
}

async function readSpeakers(path: string): Promise<Map<string, string>> {
  const speakers = new Map<string, string>();
  for await (const { line, text } of labelLines(path)) {
    const words = text.split(/\s+/);
    if (words.length !== 2) throw labelFault(path, line, 'Expected "UTTERANCE SPEAKER"');
    speakers.set(words[0], words[1]);
  }
  return speakers;
}

function noteName(seen: Map<string, number>, path: string, name: string, line: number): void {
  const other = seen.get(name);
  if (other !== undefined) throw sameName(name, `${path}:${other}`, `${path}:${line}`);
  seen.set(name, line);
}
