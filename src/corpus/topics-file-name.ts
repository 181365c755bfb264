/** The files with topics that may lie in a corpus's folder: made from the corpus, by `topics/`, and gone when it goes. */

/** Name of the file with so many topics: "topics-40.safetensors". */
export function topicsFileName(topics: number): string {
  return `topics-${topics}.safetensors`;
}

const TOPICS_FILE = /^topics-\d+\.safetensors$/;

/** What a killed process leaves of a topics file; see storage/temporary.ts. */
const UNFINISHED = /^\.topics-\d+\.safetensors\..+\.tmp$/;

/** Whether a file of this name holds topics, or the beginning of such a file. */
export function isTopicsFile(name: string): boolean {
  return TOPICS_FILE.test(name) || UNFINISHED.test(name);
}
