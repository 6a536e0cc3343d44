import { assertEquals, assertNotEquals } from "@std/assert";
import { NodeBodies } from "../../bench/node_bodies.ts";

const bodies = new NodeBodies({
  first: '# TYPE a counter\na{b="c"} 10\nlimit 500\nup 1\nidle 0\n',
  second: '# TYPE a counter\na{b="c"} 12.5\nlimit 500\nup 1\nidle 0\n',
});

Deno.test("NodeBodies.text() goes on as the two scrapes did", () => {
  const text = (value: string) => `# TYPE a counter\na{b="c"} ${value}\nlimit 500\nup 1\nidle 0\n`;
  assertEquals([0, 1, 2].map((pass) => bodies.text(0, pass)), [
    text("10"),
    text("12.5"),
    text("15"),
  ]);
});

Deno.test("NodeBodies.text() is every exporter's own", () => {
  assertNotEquals(bodies.text(1, 0), bodies.text(2, 0));
});
