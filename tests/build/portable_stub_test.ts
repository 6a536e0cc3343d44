import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Stub, stubText } from "../../build/portable_stub.ts";

const SCRIPT = await Deno.readTextFile(
  new URL("../../build/stub.sh", import.meta.url),
);

function stub(changes: Partial<Stub> = {}): Stub {
  return {
    title: "prompipe 1.2.3 (abc1234) for Linux x64",
    needs: "what it's made of",
    key: "0123456789abcdef",
    script: SCRIPT,
    unpacked: [
      { name: "prompipe", mode: 0o555, sizeBytes: 1000 },
      { name: "main.js", mode: 0o444, sizeBytes: 20 },
    ],
    modifiedAtS: 946_684_800,
    main: "main.js",
    grants: ["--no-prompt", "--allow-net", "--allow-env=A,PROMPIPE_*"],
    tunings: { byCommand: {}, otherwise: { v8: [], codeCache: true } },
    ...changes,
  };
}

Deno.test("stubText() says where the archive behind it begins", () => {
  // Around a length where a digit is added.
  for (const padding of ["", ...Array.from({ length: 12 }, (_, i) => "#".repeat(4340 + i))]) {
    const text = stubText(stub({ script: `${SCRIPT}${padding}\n` }));
    const at = Number(/^archive_at=(\d+)$/m.exec(text)![1]);
    assertEquals(at, new TextEncoder().encode(text).length + 1);
  }
});

Deno.test("stubText() is a script that a shell reads without complaint", async () => {
  const child = new Deno.Command("sh", { args: ["-n"], stdin: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stubText(stub())));
  await writer.close();
  const { success, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("stubText() ends in the runtime with what is granted, quoted where a shell would look", () => {
  assertStringIncludes(
    stubText(stub()),
    `
exec "$dir/prompipe" run --quiet --no-config --no-lock --no-npm --no-remote \\
  --no-prompt --allow-net '--allow-env=A,PROMPIPE_*' \\
  $tuning "$dir/\$main" "$@"
exit
`,
  );
});

Deno.test("stubText() tunes the runtime by command", () => {
  const tunings = {
    byCommand: { sender: { v8: ["--lite-mode", "--max-semi-space-size=1"], codeCache: false } },
    otherwise: { v8: ["--single-threaded"], codeCache: true },
  };
  assertStringIncludes(
    stubText(stub({ tunings })),
    `case \${1-} in
  sender) tuning='--no-code-cache --v8-flags=--lite-mode,--max-semi-space-size=1' ;;
  *) tuning=--v8-flags=--single-threaded ;;
esac
`,
  );
});
