"""Adds one torrent to a deluged and prints its state, a line of JSON at each change."""
import base64, json, os, sys

from twisted.internet import defer, reactor, task

from deluge.ui.client import client

config = json.loads(sys.argv[1])


@defer.inlineCallbacks
def connect():
    for _ in range(600):
        try:
            yield client.connect('127.0.0.1', config['rpc'], 'test', 'test')
            return
        except Exception:
            yield task.deferLater(reactor, 0.1, lambda: None)
    raise RuntimeError('deluged does not listen')


@defer.inlineCallbacks
def run():
    yield connect()
    options = {'download_location': config['dir'], 'seed_mode': config['seed'], 'auto_managed': False, 'add_paused': False}
    source = config['source']
    if source.startswith('magnet:'):
        torrent = yield client.core.add_torrent_magnet(source, options)
    else:
        with open(source, 'rb') as file:
            torrent = yield client.core.add_torrent_file(os.path.basename(source), base64.b64encode(file.read()), options)
    last = None
    while True:
        status = yield client.core.get_torrent_status(torrent, ['state', 'progress', 'message', 'num_peers', 'is_finished'])
        now = {'state': status['state'], 'progress': status['progress'], 'message': status['message'], 'complete': bool(status['is_finished']) and status['state'] == 'Seeding'}
        if now != last:
            print(json.dumps(now), flush=True)
            last = now
        yield task.deferLater(reactor, 0.1, lambda: None)


def failed(failure):
    print(failure.getTraceback(), file=sys.stderr, flush=True)
    reactor.stop()


run().addErrback(failed)
reactor.run()
