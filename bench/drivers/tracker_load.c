/*
 * Announces to a tracker on 127.0.0.1 as fast as it replies, and prints a JSON line with the results. It is written in C
 * so that the generator is not the limit.
 *
 *   tracker_load http|udp PORT IN_FLIGHT SECONDS TORRENTS COUNT
 *
 * It ends after that many seconds or, unless COUNT is 0, that many replies. Torrent i has the info-hash "bench-torrent-%06u". Peers are drawn from 200, so that swarms fill up and then stay as they are.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PEERS 200
#define NUM_WANT 50
#define MAX_REPLY 16384

static struct sockaddr_in server = {.sin_family = AF_INET};
static unsigned torrents;
static long answered, failed, limit;
static double deadline;
static char failure[160];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int is_over(void) {
  return (limit > 0 && answered + failed >= limit) || now() >= deadline;
}

static uint32_t random_below(uint32_t limit) {
  static uint64_t state = 0x9e3779b97f4a7c15u;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((state >> 33) % limit);
}

static void fail(const char *what, int length) {
  failed++;
  if (failure[0] != 0) return;
  for (int i = 0; i < length && i < (int)sizeof failure - 1; i++) failure[i] = what[i] >= 32 && what[i] < 127 && what[i] != '"' && what[i] != '\\' ? what[i] : '.';
}

struct connection {
  int fd, sent, length, received;
  char request[400], reply[MAX_REPLY + 1];
};

static void dial(struct connection *c, int epoll) {
  unsigned peer = random_below(PEERS);
  c->length = snprintf(c->request, sizeof c->request,
    "GET /announce?info_hash=bench-torrent-%06u&peer_id=-XX0001-%012u&port=%u&uploaded=0&downloaded=0&left=%u&compact=1&numwant=%d HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\nConnection: close\r\n\r\n",
    random_below(torrents), peer, 10000 + peer, peer & 1, NUM_WANT);
  c->sent = c->received = 0;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  /* Closed with a reset: no port stays in TIME_WAIT. */
  struct linger reset = {1, 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  connect(c->fd, (struct sockaddr *)&server, sizeof server);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

/* Whether the whole reply is received, by its Content-Length. */
static int is_whole(struct connection *c) {
  c->reply[c->received] = 0;
  char *body = strstr(c->reply, "\r\n\r\n");
  char *length = strcasestr(c->reply, "\r\ncontent-length:");
  return body != NULL && length != NULL && length < body && c->received >= (body + 4 - c->reply) + atoi(length + 17);
}

/* Reads or writes as far as the socket is ready. Returns 1 when this announce is finished. */
static int step(struct connection *c, int epoll) {
  if (c->sent < c->length) {
    int count = write(c->fd, c->request + c->sent, c->length - c->sent);
    if (count < 0 && errno != EAGAIN) return fail(strerror(errno), 40), 1;
    if (count > 0) c->sent += count;
    if (c->sent == c->length) {
      struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
      epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
    }
    return 0;
  }
  int count = read(c->fd, c->reply + c->received, MAX_REPLY - c->received);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count > 0) c->received += count;
  if (count > 0 && !is_whole(c) && c->received < MAX_REPLY) return 0;
  if (memmem(c->reply, c->received, "8:interval", 10) != NULL) answered++;
  else if (count < 0) fail(strerror(errno), 40);
  else fail(c->reply, c->received);
  return 1;
}

static void load_http(int in_flight) {
  int epoll = epoll_create1(0);
  struct connection *all = calloc(in_flight, sizeof *all);
  struct epoll_event events[256];
  for (int i = 0; i < in_flight; i++) dial(&all[i], epoll);
  while (!is_over()) {
    int count = epoll_wait(epoll, events, 256, 100);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (!step(c, epoll)) continue;
      close(c->fd);
      dial(c, epoll);
    }
  }
}

static void load_udp(int in_flight) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20, flying = 0;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  connect(fd, (struct sockaddr *)&server, sizeof server);
  unsigned char request[98] = {0x00, 0x00, 0x04, 0x17, 0x27, 0x10, 0x19, 0x80}, reply[MAX_REPLY];
  struct pollfd ready = {fd, POLLIN, 0};
  if (send(fd, request, 16, 0) < 0 || poll(&ready, 1, 2000) <= 0 || recv(fd, reply, sizeof reply, 0) < 16) {
    fail("no answer to connect", 20);
    return;
  }
  memset(request, 0, sizeof request);
  memcpy(request, reply + 8, 8);
  request[11] = 1;
  while (!is_over()) {
    for (; flying < in_flight; flying++) {
      char text[21];
      uint32_t transaction = random_below(1u << 31), peer = random_below(PEERS), want = htonl(NUM_WANT);
      uint16_t port = htons(10000 + peer);
      memcpy(request + 12, &transaction, 4);
      snprintf(text, sizeof text, "bench-torrent-%06u", random_below(torrents));
      memcpy(request + 16, text, 20);
      snprintf(text, sizeof text, "-XX0001-%012u", peer);
      memcpy(request + 36, text, 20);
      request[71] = peer & 1;
      memcpy(request + 88, &peer, 4);
      memcpy(request + 92, &want, 4);
      memcpy(request + 96, &port, 2);
      if (send(fd, request, sizeof request, 0) < 0) break;
    }
    if (poll(&ready, 1, 200) <= 0) {
      for (; flying > 0; flying--) fail("no answer in 0.2 s", 18);
      continue;
    }
    for (int count; (count = recv(fd, reply, sizeof reply, MSG_DONTWAIT)) > 0; flying--) {
      if (count >= 20 && reply[3] == 1) answered++;
      else fail((char *)reply + 8, count - 8);
    }
  }
}

int main(int count, char **words) {
  if (count != 7) return 2;
  server.sin_port = htons(atoi(words[2]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  torrents = atoi(words[5]);
  limit = atol(words[6]);
  double begin = now();
  deadline = begin + atof(words[4]);
  if (strcmp(words[1], "udp") == 0) load_udp(atoi(words[3]));
  else load_http(atoi(words[3]));
  printf("{\"event\":\"complete\",\"answered\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"failure\":\"%s\"}\n", answered, failed, now() - begin, failure);
  return 0;
}
