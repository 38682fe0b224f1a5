/*
 * A load of DHT queries (BEP 5) for a node on 127.0.0.1, from many source addresses of the loopback network. It is
 * written in C so that the generator is not the limit.
 *
 *   dht_load load PORT KIND SECONDS ADDRESSES IN_FLIGHT COUNT
 *   dht_load flood PORT RATE SECONDS ADDRESSES
 *   dht_load sink PORT
 *
 * `load` keeps IN_FLIGHT queries outstanding, and ends after SECONDS or, unless COUNT is 0, after COUNT replies. KIND is
 * ping, find_node, get_peers or mix (1 : 2 : 2), or announce: get_peers, and an announce with each token received. Each
 * address is a DHT node, which replies to pings and find_node. `flood` sends RATE datagrams a second of eight kinds and
 * reads nothing; it ends after SECONDS or with SIGTERM. Both print a JSON line with the results. `sink` reads nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MAX_LENGTH 1500
#define MAX_IN_FLIGHT 4096
#define TORRENTS 1000
/* Seconds after which a query counts as lost. */
#define PATIENCE 0.5

static struct sockaddr_in server = {.sin_family = AF_INET};
static unsigned addresses;
static int fd;

struct out {
  char data[MAX_LENGTH];
  int length;
  uint32_t from;
};
static struct out queue[BATCH];
static int queued;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint32_t random32(void) {
  static uint64_t state = 0x9e3779b97f4a7c15u;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

/* The 20 bytes with a number: ids of nodes, and info-hashes. */
static void id_of(uint32_t number, char *out) {
  uint64_t state = number * 0x9e3779b97f4a7c15u + 0x853c49e6748fea9bu;
  for (int at = 0; at < 20; at++) {
    state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
    out[at] = (char)((state * 0x2545f4914f6cdd1du) >> 56);
  }
}

/* 127.1.0.1 and the following ones, without 0 and 255 at the end. */
static uint32_t address_of(unsigned number) {
  return htonl(0x7f010000u + ((number / 254) << 8) + number % 254 + 1);
}

static unsigned number_of(uint32_t address) {
  uint32_t rest = ntohl(address) - 0x7f010000u;
  return (rest >> 8) * 254 + (rest & 255) - 1;
}

/* Sends the queue. Datagrams that the kernel refuses are lost. Returns how many it took. */
static int flush(void) {
  static struct mmsghdr messages[BATCH];
  static struct iovec pieces[BATCH];
  static union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct cmsghdr align;
  } controls[BATCH];
  for (int at = 0; at < queued; at++) {
    pieces[at] = (struct iovec){queue[at].data, (size_t)queue[at].length};
    struct msghdr *header = &messages[at].msg_hdr;
    *header = (struct msghdr){.msg_name = &server, .msg_namelen = sizeof server, .msg_iov = &pieces[at], .msg_iovlen = 1,
                              .msg_control = &controls[at], .msg_controllen = sizeof controls[at]};
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = queue[at].from};
    memcpy(CMSG_DATA(control), &info, sizeof info);
  }
  int sent = 0;
  while (sent < queued) {
    int count = sendmmsg(fd, messages + sent, (unsigned)(queued - sent), 0);
    if (count <= 0 && errno != EINTR) break;
    if (count > 0) sent += count;
  }
  queued = 0;
  return sent;
}

static struct out *next_out(uint32_t from) {
  if (queued == BATCH) flush();
  struct out *out = &queue[queued++];
  out->from = from;
  out->length = 0;
  return out;
}

static void put(struct out *out, const void *bytes, int length) {
  memcpy(out->data + out->length, bytes, (size_t)length);
  out->length += length;
}

static void text(struct out *out, const char *what) {
  put(out, what, (int)strlen(what));
}

static void id(struct out *out, uint32_t number) {
  char bytes[20];
  id_of(number, bytes);
  put(out, bytes, 20);
}

static void query_end(struct out *out, const char *method, uint32_t transaction) {
  char name[40];
  snprintf(name, sizeof name, "e1:q%zu:%s1:t4:", strlen(method), method);
  text(out, name);
  put(out, &transaction, 4);
  text(out, "1:y1:qe");
}

enum kind { PING, FIND_NODE, GET_PEERS, ANNOUNCE };

/* Half of the info-hashes asked for are among those that are announced. */
static uint32_t some_torrent(void) {
  uint32_t number = random32();
  return number & 1 ? number >> 1 | 0x40000000u : number % TORRENTS | 0x80000000u;
}

static void send_query(enum kind kind, unsigned from, uint32_t transaction, uint32_t torrent, const char *token, int token_length) {
  struct out *out = next_out(address_of(from));
  text(out, "d1:ad2:id20:");
  id(out, from);
  if (kind == FIND_NODE) text(out, "6:target20:"), id(out, torrent);
  if (kind >= GET_PEERS) text(out, "9:info_hash20:"), id(out, torrent);
  if (kind == ANNOUNCE) {
    char length[24];
    snprintf(length, sizeof length, "4:porti%ue5:token%d:", 1024 + from % 60000, token_length);
    text(out, length);
    put(out, token, token_length);
  }
  static const char *names[] = {"ping", "find_node", "get_peers", "announce_peer"};
  query_end(out, names[kind], transaction);
}

static const char *find(const char *in, int length, const char *what) {
  return memmem(in, (size_t)length, what, strlen(what));
}

/* The string after a key, whose length is at most 2 digits. */
static const char *value_of(const char *in, int length, const char *key, int *size) {
  const char *at = find(in, length, key);
  if (at == NULL) return NULL;
  char *end;
  at += strlen(key);
  *size = (int)strtol(at, &end, 10);
  return *end == ':' && end + 1 + *size <= in + length && *size >= 0 && *size < 128 ? end + 1 : NULL;
}

/* Replies to a query of the node under load as the node of that address. */
static void reply_to(const char *query, int length, uint32_t local) {
  int size;
  const char *transaction = value_of(query, length, "1:t", &size);
  if (transaction == NULL) return;
  struct out *out = next_out(local);
  text(out, "d1:rd2:id20:");
  id(out, number_of(local));
  text(out, find(query, length, "1:q9:find_node") != NULL ? "5:nodes0:e1:t" : "e1:t");
  char digits[8];
  snprintf(digits, sizeof digits, "%d:", size);
  text(out, digits);
  put(out, transaction, size);
  text(out, "1:y1:re");
}

struct slot {
  double sent;
  uint32_t torrent;
  unsigned from;
  uint16_t turn;
  enum kind kind;
};

static void load(const char *what, double seconds, unsigned in_flight, long limit) {
  static struct slot slots[MAX_IN_FLIGHT];
  static char room[BATCH][MAX_LENGTH + 1];
  static char controls[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
  static struct sockaddr_in names[BATCH];
  static struct iovec pieces[BATCH];
  static struct mmsghdr messages[BATCH];
  long replies = 0, errors = 0, lost = 0, values = 0, asked = 0;
  double began = now(), checked = began, time = began;
  unsigned turn = 0;
  const int is_announcing = strcmp(what, "announce") == 0;
  void ask(unsigned index) {
    struct slot *slot = &slots[index];
    enum kind kind = is_announcing || strcmp(what, "get_peers") == 0 ? GET_PEERS : strcmp(what, "ping") == 0 ? PING : FIND_NODE;
    if (strcmp(what, "mix") == 0) kind = (enum kind[]){PING, FIND_NODE, FIND_NODE, GET_PEERS, GET_PEERS}[turn % 5];
    *slot = (struct slot){.sent = time, .torrent = is_announcing ? random32() % TORRENTS | 0x80000000u : some_torrent(),
                          .from = turn++ % addresses, .turn = (uint16_t)(slot->turn + 1), .kind = kind};
    send_query(kind, slot->from, (uint32_t)slot->turn << 16 | index, slot->torrent, NULL, 0);
  }
  for (unsigned index = 0; index < in_flight; index++) ask(index);
  flush();
  while (time - began < seconds && (limit == 0 || replies < limit)) {
    for (int at = 0; at < BATCH; at++) {
      pieces[at] = (struct iovec){room[at], MAX_LENGTH};
      messages[at].msg_hdr = (struct msghdr){.msg_name = &names[at], .msg_namelen = sizeof names[at], .msg_iov = &pieces[at], .msg_iovlen = 1,
                                             .msg_control = controls[at], .msg_controllen = sizeof controls[at]};
    }
    int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) {
      /* Not poll: the node would pay for waking this process with each of its replies, which a network does not ask of it. */
      struct timespec pause = {0, 100000};
      nanosleep(&pause, NULL);
    }
    time = now();
    for (int at = 0; at < count; at++) {
      const char *data = room[at];
      int length = (int)messages[at].msg_len;
      room[at][length] = 0;
      struct in_pktinfo info = {0};
      struct cmsghdr *control = CMSG_FIRSTHDR(&messages[at].msg_hdr);
      if (control != NULL) memcpy(&info, CMSG_DATA(control), sizeof info);
      if (find(data, length, "1:y1:q") != NULL) {
        asked++;
        reply_to(data, length, info.ipi_addr.s_addr);
        continue;
      }
      int size;
      const char *transaction = value_of(data, length, "1:t", &size);
      /* "1:t" may also be in an id: the true one is followed by 4 bytes that name a slot. */
      while (transaction != NULL && size != 4) {
        int rest = length - (int)(transaction - data);
        transaction = value_of(transaction, rest, "1:t", &size);
      }
      if (transaction == NULL) continue;
      uint32_t key;
      memcpy(&key, transaction, 4);
      struct slot *slot = &slots[(key & 0xffff) % MAX_IN_FLIGHT];
      if ((key & 0xffff) >= in_flight || slot->turn != key >> 16) continue;
      replies++;
      if (find(data, length, "1:y1:e") != NULL) errors++;
      if (find(data, length, "6:valuesl") != NULL) values++;
      int token_length = 0;
      const char *token = is_announcing && slot->kind == GET_PEERS ? value_of(data, length, "5:token", &token_length) : NULL;
      if (token == NULL) {
        ask(key & 0xffff);
        continue;
      }
      slot->kind = ANNOUNCE;
      slot->turn++;
      slot->sent = time;
      send_query(ANNOUNCE, slot->from, (uint32_t)slot->turn << 16 | (key & 0xffff), slot->torrent, token, token_length);
    }
    flush();
    if (time - checked < 0.1) continue;
    checked = time;
    for (unsigned index = 0; index < in_flight; index++)
      if (time - slots[index].sent > PATIENCE) lost++, ask(index);
    flush();
  }
  printf("{\"event\":\"complete\",\"replies\":%ld,\"errors\":%ld,\"lost\":%ld,\"values\":%ld,\"asked\":%ld,\"seconds\":%.4f}\n", replies, errors, lost,
         values, asked, now() - began);
}

/* Queries that cost the most or fill tables: two with forged tokens, and what is no query at all. */
static void flood_one(uint32_t number) {
  unsigned from = random32() % addresses;
  switch (number % 8) {
    case 0:
      send_query(PING, from, number, 0, NULL, 0);
      return;
    case 1:
    case 2:
      send_query(FIND_NODE, from, number, random32(), NULL, 0);
      return;
    case 3:
    case 4:
      send_query(GET_PEERS, from, number, random32(), NULL, 0);
      return;
    case 5:
      send_query(ANNOUNCE, from, number, random32(), "forged00", 8);
      return;
    case 6: {
      struct out *out = next_out(address_of(from));
      text(out, "d1:rd2:id20:");
      id(out, from);
      text(out, "5:nodes208:");
      for (int node = 0; node < 8; node++) id(out, random32()), put(out, "\x7f\x01\x02\x03\x10\x20", 6);
      text(out, "e1:t4:");
      put(out, &number, 4);
      text(out, "1:y1:re");
      return;
    }
    default: {
      struct out *out = next_out(address_of(from));
      text(out, "d1:ad2:id20:");
      id(out, number);
      id(out, from);
      return;
    }
  }
}

static volatile sig_atomic_t is_over;

static void end(int signal) {
  is_over = signal;
}

static void flood(double rate, double seconds) {
  double began = now(), time = began;
  long sent = 0, due = 0;
  printf("{\"event\":\"flooding\"}\n");
  fflush(stdout);
  signal(SIGTERM, end);
  while (!is_over && (time = now()) - began < seconds) {
    long wanted = (long)((time - began) * rate);
    /* What could not be sent in time is not made up for: the rate never exceeds the given one. */
    if (wanted - due > (long)(rate / 50)) due = wanted - (long)(rate / 50);
    if (wanted - due < BATCH / 2) {
      struct timespec pause = {0, 200000};
      nanosleep(&pause, NULL);
      continue;
    }
    while (due < wanted && queued < BATCH) flood_one((uint32_t)due++);
    sent += flush();
  }
  printf("{\"event\":\"complete\",\"sent\":%ld,\"seconds\":%.4f}\n", sent, now() - began);
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons((uint16_t)atoi(arguments[2]));
  fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (strcmp(arguments[1], "sink") == 0) {
    if (bind(fd, (struct sockaddr *)&server, sizeof server) != 0) return perror("bind"), 1;
    printf("{\"event\":\"ready\"}\n");
    fflush(stdout);
    return pause();
  }
  if (count < 6) return 2;
  addresses = (unsigned)atoi(arguments[5]);
  int yes = 1, buffer = strcmp(arguments[1], "load") == 0 ? 8 << 20 : 0;
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  struct sockaddr_in any = {.sin_family = AF_INET};
  if (bind(fd, (struct sockaddr *)&any, sizeof any) != 0) return perror("bind"), 1;
  if (strcmp(arguments[1], "flood") == 0) return flood(atof(arguments[3]), atof(arguments[4])), 0;
  if (count < 8) return 2;
  unsigned in_flight = (unsigned)atoi(arguments[6]);
  load(arguments[3], atof(arguments[4]), in_flight < MAX_IN_FLIGHT ? in_flight : MAX_IN_FLIGHT, atol(arguments[7]));
  return 0;
}
