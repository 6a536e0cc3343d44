// Takes whatever is written to it, and keeps nothing.

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  await request.arrayBuffer();
  return new Response(null, { status: 204 });
});
console.log(`port ${server.addr.port}`);
