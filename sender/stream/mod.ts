// Streams to receivers. Loaded by a sender that has any.

export { Links } from "./links.ts";
export { runOnDemand } from "./on_demand.ts";
export { streamDelivery } from "./stream_deliveries.ts";
