/** Whether something is in a place of the file system. */
import { access, stat } from 'node:fs/promises';

/** Whether a path leads to a file or a folder that this process may see. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
