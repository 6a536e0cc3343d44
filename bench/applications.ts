// Expositions of other programs than a node exporter, that go on from scrape to scrape: a
// service of many series, and what the kubelet's cAdvisor says of containers.

/** Says what there is to say now, and goes on a little. */
export type Application = () => string;

const ROUTES = 50;
const METHODS = ["GET", "PUT", "POST", "DELETE"];
const BUCKETS = ["0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"];
/** Of all routes, in each interval. */
const BUSY_SHARE = 0.1;

/** A service with histograms of its requests: 10,000 series, a tenth of them busy. */
export function service(): Application {
  const random = randomness(7);
  const pods = Array.from({ length: 5 }, (_, i) => `shop-${i}`);
  const series = pods.flatMap((pod) =>
    Array.from({ length: ROUTES }, (_, route) => route).flatMap((route) =>
      METHODS.map((method) => ({
        labels: `pod="${pod}",route="/things/${route}",method="${method}"`,
        counts: BUCKETS.map(() => Math.floor(random() * 1_000)),
        seconds: random() * 1_000,
      }))
    )
  );
  const name = "http_request_duration_seconds";
  return () => {
    const lines = [
      `# HELP ${name} How long requests took`,
      `# TYPE ${name} histogram`,
    ];
    for (const one of series) {
      if (random() < BUSY_SHARE) {
        const bucket = Math.floor(random() * BUCKETS.length);
        one.counts[bucket]! += 1 + Math.floor(random() * 20);
        one.seconds += random();
      }
      let count = 0;
      for (const [at, le] of BUCKETS.entries()) {
        count += one.counts[at]!;
        lines.push(`${name}_bucket{${one.labels},le="${le}"} ${count}`);
      }
      lines.push(`${name}_sum{${one.labels}} ${one.seconds}`);
      lines.push(`${name}_count{${one.labels}} ${count}`);
    }
    return lines.join("\n") + "\n";
  };
}

const CONTAINERS = 40;
/** So many containers end, and others begin in their place, in ten scrapes. */
const CHURN_OF_TEN = 5;
const FAMILIES = [
  ...["cpu_system_seconds_total", "cpu_usage_seconds_total", "cpu_user_seconds_total"],
  ...["fs_reads_bytes_total", "fs_reads_total", "fs_writes_bytes_total", "fs_writes_total"],
  ...[
    "last_seen",
    "memory_cache",
    "memory_failcnt",
    "memory_mapped_file",
    "memory_max_usage_bytes",
  ],
  ...["memory_rss", "memory_swap", "memory_usage_bytes", "memory_working_set_bytes"],
  ...["processes", "sockets", "spec_cpu_period", "spec_cpu_shares", "spec_memory_limit_bytes"],
  ...["start_time_seconds", "threads", "threads_max", "file_descriptors"],
];
/** Containers that were looked at since the scrape before: each is every 10 s, at scrapes of 4 s. */
const LOOKED_AT_SHARE = 0.4;
/** Of their values. */
const MOVED_SHARE = 0.5;

/** Containers that come and go, each line with the time at which it was true, as cAdvisor has it. */
export function cadvisor(): Application {
  const random = randomness(11);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  let begun = 0;
  const begin = () => {
    const pod = `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
    const name = `worker-${begun++ % 12}`;
    return {
      labels: `container="${name}",id="/kubepods.slice/kubepods-burstable.slice/` +
        `kubepods-burstable-pod${pod.replaceAll("-", "_")}.slice/cri-containerd-${
          hex(64)
        }.scope",` +
        `image="registry.example.com/shop/${name}:1.${begun % 7}",name="${hex(64)}",` +
        `namespace="shop",pod="${name}-${hex(10)}-${hex(5)}"`,
      values: FAMILIES.map(() => Math.floor(random() * 1e9)),
      atMs: 0,
    };
  };
  const containers = Array.from({ length: CONTAINERS }, begin);
  return () => {
    if (random() < CHURN_OF_TEN / 10) {
      containers.splice(Math.floor(random() * CONTAINERS), 1);
      containers.push(begin());
    }
    for (const container of containers) {
      if (container.atMs > 0 && random() > LOOKED_AT_SHARE) continue;
      container.atMs = Date.now() - Math.floor(random() * 4_000);
      for (const at of FAMILIES.keys()) {
        if (random() < MOVED_SHARE) container.values[at]! += Math.floor(random() * 1e5);
      }
    }
    return FAMILIES.map((family, at) =>
      [
        `# HELP container_${family} As the kernel counts it`,
        `# TYPE container_${family} ${family.endsWith("_total") ? "counter" : "gauge"}`,
        ...containers.map(({ labels, values, atMs }) =>
          `container_${family}{${labels}} ${values[at]} ${atMs}`
        ),
      ].join("\n")
    ).join("\n") + "\n";
  };
}

/** The same numbers in every run, from 0 to 1. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
