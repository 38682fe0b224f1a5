import { z } from "zod";
import {
  actionRequest,
  actionResult,
  added,
  addOptions,
  addRequest,
  file,
  filesRequest,
  inspected,
  listQuery,
  magnetResponse,
  patchRequest,
  peer,
  peersRequest,
  pieces,
  torrentDetail,
  torrentId,
  torrentList,
  tracker,
  trackersRequest,
} from "../../../api/index.ts";
import { attachment, json, jsonText, noContent } from "../responses.ts";
import { listJson } from "./list.ts";
import { failureOf, HttpError } from "../problem.ts";
import { jsonBody, jsonOrForm, torrentBody } from "./read-request.ts";
import { plain, route, type Route } from "./route.ts";

const tag = "torrents";
const params = z.object({ id: torrentId });
const removeQuery = z.strictObject({ deleteData: z.enum(["true", "false"]).default("false") });

/** Routes for the list of torrents, for adding torrents, and for actions on several torrents. */
const many: readonly Route[] = [
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents",
    summary: "List torrents",
    query: listQuery,
    response: torrentList,
    handle: ({ services, query }) => jsonText(listJson(services.session.torrents.list(), query)),
  }),
  route({
    ...plain,
    tag,
    method: "POST",
    path: "/api/v1/torrents",
    summary: "Add a torrent, given as a URL, a magnet link or a file",
    body: jsonOrForm(addRequest, addOptions),
    status: 201,
    response: added,
    handle: async ({ services, body }) => {
      if ("file" in body) return json({ id: await services.session.torrents.add(body.file, body.options) }, 201);
      const { url, ...options } = body;
      return json({ id: await services.session.torrents.add(url, options) }, 201);
    },
  }),
  route({
    ...plain,
    tag,
    method: "POST",
    path: "/api/v1/torrents/inspect",
    summary: "Read a torrent file without adding it",
    body: torrentBody(),
    response: inspected,
    handle: ({ services, body }) => json(services.session.torrents.inspect(body)),
  }),
  route({
    ...plain,
    tag,
    method: "POST",
    path: "/api/v1/torrents/actions",
    summary: "Apply an action to several torrents",
    body: jsonBody(actionRequest),
    response: actionResult,
    handle: async ({ services, body }) => json(await services.session.torrents.act(body)),
  }),
];

/** Routes for one torrent. */
const one: readonly Route[] = [
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}",
    summary: "One torrent with all its fields",
    params,
    response: torrentDetail,
    handle: ({ services, params: { id } }) => json(services.session.details.of(id)),
  }),
  route({
    ...plain,
    tag,
    method: "PATCH",
    path: "/api/v1/torrents/{id}",
    summary: "Change name, label, order or limits",
    params,
    body: jsonBody(patchRequest),
    response: torrentDetail,
    handle: async ({ services, params: { id }, body }) => {
      await services.session.torrents.patch(id, body);
      return json(services.session.details.of(id));
    },
  }),
  route({
    ...plain,
    tag,
    method: "DELETE",
    path: "/api/v1/torrents/{id}",
    summary: "Remove a torrent; deleteData also deletes its data",
    params,
    query: removeQuery,
    status: 204,
    handle: async ({ services, params: { id }, query }) => {
      services.session.details.of(id);
      const { failed } = await services.session.torrents.act({
        action: "remove",
        ids: [id],
        deleteData: query.deleteData === "true",
      });
      const failure = failed[0];
      if (failure !== undefined) throw failureOf(failure.code, failure.message);
      return noContent();
    },
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/files",
    summary: "Files with progress and priority",
    params,
    response: z.array(file),
    handle: ({ services, params: { id } }) => json(services.session.details.files(id)),
  }),
  route({
    ...plain,
    tag,
    method: "PATCH",
    path: "/api/v1/torrents/{id}/files",
    summary: "Set priorities of files",
    params,
    body: jsonBody(filesRequest),
    response: z.array(file),
    handle: async ({ services, params: { id }, body }) => {
      const count = services.session.details.files(id).length;
      const priorities = new Map(Object.entries(body.priorities).map(([index, priority]) => [Number(index), priority]));
      const unknown = [...priorities.keys()].find((index) => index >= count);
      if (unknown !== undefined)
        throw new HttpError(422, "http.invalid", `there is no file ${unknown}`, {
          issues: [{ path: `priorities.${unknown}`, message: "no such file" }],
        });
      await services.session.torrents.setPriorities(id, priorities);
      return json(services.session.details.files(id));
    },
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/peers",
    summary: "Connected peers",
    params,
    response: z.array(peer),
    handle: ({ services, params: { id } }) => json(services.session.details.peers(id)),
  }),
  route({
    ...plain,
    tag,
    method: "POST",
    path: "/api/v1/torrents/{id}/peers",
    summary: "Add peers to connect to",
    params,
    body: jsonBody(peersRequest),
    status: 204,
    handle: async ({ services, params: { id }, body }) => {
      await services.session.torrents.addPeers(id, body.peers);
      return noContent();
    },
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/trackers",
    summary: "Trackers with the results of their announces",
    params,
    response: z.array(tracker),
    handle: ({ services, params: { id } }) => json(services.session.details.trackers(id)),
  }),
  route({
    ...plain,
    tag,
    method: "PUT",
    path: "/api/v1/torrents/{id}/trackers",
    summary: "Set all trackers",
    params,
    body: jsonBody(trackersRequest),
    response: z.array(tracker),
    handle: async ({ services, params: { id }, body }) => {
      await services.session.torrents.setTrackers(id, body.tiers);
      return json(services.session.details.trackers(id));
    },
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/pieces",
    summary: "The pieces on the disk, and the number of peers that have each piece",
    params,
    response: pieces,
    handle: ({ services, params: { id } }) => json(services.session.details.pieces(id)),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/file",
    summary: "The torrent file",
    params,
    media: "application/x-bittorrent",
    handle: ({ services, params: { id } }) => {
      const { name } = services.session.details.of(id);
      const bytes = services.session.details.torrentFile(id);
      if (bytes === undefined)
        throw new HttpError(409, "session.no-metadata", "the torrent file is still being fetched");
      return new Response(Buffer.from(bytes), {
        headers: {
          "content-type": "application/x-bittorrent",
          "cache-control": "no-store",
          "content-disposition": attachment(`${name}.torrent`),
        },
      });
    },
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/torrents/{id}/magnet",
    summary: "The magnet link",
    params,
    response: magnetResponse,
    handle: ({ services, params: { id } }) => json({ magnet: services.session.details.of(id).magnet }),
  }),
];

/** All routes of torrents. */
export const torrentRoutes: readonly Route[] = [...many, ...one];
