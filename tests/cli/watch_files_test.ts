import { assert, assertEquals } from "@std/assert";
import { stampOf, watchFiles } from "../../cli/watch_files.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";

const WAIT = { timeoutMs: 15_000, what: "a change" };

Deno.test("watchFiles() notices writes, renames, files that come and go, and other paths", async () => {
  await using folder = await TempDir.make();
  const first = await folder.write("a", "1");
  const second = `${folder.path}/b`;
  let paths = [first];
  let changes = 0;
  const stopping = new AbortController();
  const watching = watchFiles({
    paths: () => paths,
    onChange() {
      changes++;
      paths = [first, second];
      return Promise.resolve();
    },
    intervalMs: 5,
    signal: stopping.signal,
  });
  const steps: (() => unknown)[] = [
    () => Deno.writeTextFile(first, "two"),
    () => Deno.writeTextFile(second, "x"),
    async () => Deno.rename(await folder.write("c", "yz!"), first),
    () => Deno.remove(second),
  ];
  for (const [index, step] of steps.entries()) {
    await step();
    await waitFor(() => assert(changes > index, `${changes} changes`), WAIT);
  }
  stopping.abort();
  await watching;
  assertEquals(changes, steps.length);
});

Deno.test("watchFiles() ends with its signal", async () => {
  const stopping = new AbortController();
  const onChange = () => Promise.reject(new Error("there was none"));
  const watching = watchFiles({ paths: () => [], onChange, signal: stopping.signal });
  stopping.abort();
  await watching;
});

Deno.test("watchFiles() misses no write of the moment when others are read", async () => {
  await using folder = await TempDir.make();
  const first = await folder.write("a", "1");
  const second = await folder.write("b", "1");
  let paths = [first];
  let changes = 0;
  const stopping = new AbortController();
  const watching = watchFiles({
    paths: () => paths,
    async onChange() {
      if (++changes > 1) return;
      paths = [first, second];
      await Deno.writeTextFile(first, "three");
    },
    intervalMs: 5,
    signal: stopping.signal,
  });
  await waitFor(async () => {
    if (changes === 0) await Deno.writeTextFile(first, "two");
    assert(changes > 1, `${changes} changes`);
  }, WAIT);
  stopping.abort();
  await watching;
  assertEquals(changes, 2);
});

Deno.test("watchFiles() notices what was written before it began, and after the file was read", async () => {
  await using folder = await TempDir.make();
  const [edited, same] = [await folder.write("a", "1"), await folder.write("b", "1")];
  const first = new Map([[edited, await stampOf(edited)], [same, await stampOf(same)]]);
  await Deno.writeTextFile(edited, "two");
  const changed = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const watching = watchFiles({
    paths: () => [edited, same],
    onChange: () => Promise.resolve(changed.resolve()),
    first,
    intervalMs: 5,
    signal: stopping.signal,
  });
  await changed.promise;
  stopping.abort();
  await watching;
});
