// The way that each destination's URL asks for.

import { type Delivery, PutDelivery } from "./delivery.ts";
import type { Destination, Pair } from "./pair.ts";
import { isStreamUrl } from "./put_url.ts";
import { channelInfo } from "./stream/channel.ts";
import type { Links } from "./stream/links.ts";
import { StreamDelivery } from "./stream/stream_delivery.ts";
import type { Transports } from "./transports.ts";

/** Makes the delivery of a pair to one of its destinations. */
export function deliveries(
  { userAgent, transports, links }: {
    readonly userAgent: string;
    readonly transports: Transports;
    readonly links: Links;
  },
): (destination: Destination, pair: Pair) => Delivery {
  return (destination, pair) => {
    const { timeoutMs } = pair;
    const fetch = transports.fetchFor(destination.tls);
    const put = new PutDelivery({ destination, timeoutMs, userAgent, fetch });
    if (!isStreamUrl(destination.url)) return put;
    const link = links.linkFor(destination);
    const channel = link.open(channelInfo(destination, pair));
    return new StreamDelivery({
      link,
      channel,
      put,
      timeoutMs,
      secret: destination.bearerToken,
      onEnd() {
        link.close(channel);
        void links.release(link);
      },
    });
  };
}
