// How many more files, or connections, this process may open. The runtime doesn't tell, so
// that it has to be tried.

/**
 * Opens up to `wanted` files, closes them all, and returns how many it got: all of them
 * where there is nothing to open, and so nothing to tell. Takes some 5 µs each.
 */
export function countFreeFiles(wanted: number, path = "/dev/null"): number {
  const files: Deno.FsFile[] = [];
  let free = wanted;
  try {
    while (files.length < wanted) files.push(Deno.openSync(path));
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "EMFILE" || code === "ENFILE") free = files.length;
  }
  for (const file of files) file.close();
  return free;
}
