// An exporter's answer in OpenMetrics, with exemplars.

const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const OPENMETRICS = `# TYPE jobs counter
# HELP jobs Jobs done.
jobs_total{kind="a"} 17.0 # {trace_id="KOO5S4vxi0o"} 0.67
jobs_created{kind="a"} 1520872607.123
# TYPE latency histogram
latency_bucket{le="0.1"} 8 # {trace_id="oHg5SJYRHA0"} 0.054
latency_bucket{le="+Inf"} 9
latency_count 9
latency_sum 3.14
# EOF
`;

/** OpenMetrics to who asks for it, something else to who doesn't. */
export function openMetricsOnRequest(request: Request): Response {
  return request.headers.get("accept")?.includes("application/openmetrics-text")
    ? new Response(OPENMETRICS, { headers: { "Content-Type": OPENMETRICS_TYPE } })
    : new Response("not_asked_for_openmetrics 1\n", { headers: { "Content-Type": "text/plain" } });
}
