// A pair's delivery over the stream of a destination's receiver.

import type { Delivery } from "../delivery.ts";
import type { Destination, Pair } from "../pair.ts";
import { channelInfo } from "./channel.ts";
import type { Links } from "./links.ts";
import { StreamDelivery } from "./stream_delivery.ts";

/** Opens a channel, which is closed with the delivery's end. */
export function streamDelivery(
  { destination, pair }: { readonly destination: Destination; readonly pair: Pair },
  { links, put }: { readonly links: Pick<Links, "linkFor" | "release">; readonly put: Delivery },
): Delivery {
  const link = links.linkFor(destination);
  const channel = link.open(channelInfo(destination, pair));
  return new StreamDelivery({
    link,
    channel,
    put,
    timeoutMs: pair.timeoutMs,
    secret: destination.bearerToken,
    onEnd() {
      link.close(channel);
      void links.release(link);
    },
  });
}
