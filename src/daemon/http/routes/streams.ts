import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "zod";
import { torrentId } from "../../../api/index.ts";
import { attachment } from "../responses.ts";
import { playlist } from "./playlist.ts";
import { plain, route, type Route } from "./route.ts";

const ticket = z.string().max(100).optional();

/** Routes with long responses: the event stream, and the content of files. */
export const streamRoutes: readonly Route[] = [
  route({
    ...plain,
    tag: "events",
    method: "GET",
    path: "/api/v1/events",
    summary: "Server-sent events of all changes",
    query: z.strictObject({ lastEventId: z.string().max(100).optional() }),
    media: "text/event-stream",
    handle: ({ services, incoming, outgoing, query }) => {
      if (incoming.method === "HEAD")
        return new Response(null, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
      services.events.listen(outgoing, incoming.headers["last-event-id"]?.toString() ?? query.lastEventId);
      return RESPONSE_ALREADY_SENT;
    },
  }),
  route({
    ...plain,
    tag: "streaming",
    method: "GET",
    path: "/stream/{id}/playlist.m3u",
    access: "ticket",
    summary: "The playable files of a torrent as M3U",
    params: z.object({ id: torrentId }),
    query: z.strictObject({ ticket }),
    media: "audio/x-mpegurl",
    handle: ({ services, caller, incoming, params: { id }, query }) => {
      const { name } = services.session.details.of(id);
      const scheme =
        incoming.headers.origin?.toString().startsWith("https:") === true ||
        incoming.headers["x-forwarded-proto"] === "https"
          ? "https"
          : "http";
      // A caller with a ticket gets no newer one, so that a leaked playlist expires.
      const own = caller === undefined && query.ticket !== undefined ? query.ticket : services.tickets.issue(id);
      const text = playlist({
        base: `${scheme}://${incoming.headers.host ?? ""}`,
        torrent: id,
        ticket: own,
        files: services.session.details.files(id),
      });
      return new Response(text, {
        headers: {
          "content-type": "audio/x-mpegurl; charset=utf-8",
          "cache-control": "no-store",
          "content-disposition": attachment(`${name}.m3u`),
        },
      });
    },
  }),
  route({
    ...plain,
    tag: "streaming",
    method: "GET",
    path: "/stream/{id}/{file}/{name}",
    access: "ticket",
    summary: "A file of a torrent, even while it is being downloaded, or a range of its bytes",
    params: z.object({ id: torrentId, file: z.string().regex(/^\d{1,7}$/), name: z.string() }),
    query: z.strictObject({ ticket, download: z.literal("1").optional() }),
    media: "application/octet-stream",
    handle: async ({ services, incoming, outgoing, params, query }) => {
      const index = Number(params.file);
      const reading = await services.session.details.open(params.id, index);
      services.streams.serve({
        incoming,
        outgoing,
        reading,
        etag: `"${params.id}-${index}"`,
        download: query.download === "1",
      });
      return RESPONSE_ALREADY_SENT;
    },
  }),
];
