// The config that `sender exampleconfig` prints: the shape to start from.

/** The example, with a fresh token of 128 random bits in base64url. */
export function exampleConfig(): string {
  const example = {
    bearer_token: randomToken(),
    pairs: [{
      source: "http://192.168.1.100:9090/metrics",
      destination: "http://promremotereceiver.example.com/metrics/fooproject/192.168.1.100",
    }],
  };
  return JSON.stringify(example, null, 4);
}

function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
