import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The paths of a certificate and of its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate of 127.0.0.1 that no authority has signed, in the folder `home`. */
export function selfSigned(home: string): Certificate {
  const [cert, key] = [join(home, "cert.pem"), join(home, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject],
    { stdio: "ignore" },
  );
  return { cert, key };
}

/** Where nginx serves a folder: by HTTP and, with a certificate, by HTTPS. */
export interface NginxOptions {
  /** The folder for the configuration and the files of nginx. */
  readonly home: string;
  readonly root: string;
  readonly port: number;
  readonly secure?: ({ readonly port: number } & Certificate) | undefined;
  /** Whether requests are logged. Default: they are not. */
  readonly hasAccessLog?: boolean;
}

/** Writes a configuration of nginx, which stays in the foreground. Returns its path. */
export async function writeNginxConfig({ home, root, port, secure, hasAccessLog }: NginxOptions): Promise<string> {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${home}/${name};`)
    .join(" ");
  const tls =
    secure === undefined
      ? ""
      : `server { listen 127.0.0.1:${secure.port} ssl; ssl_certificate ${secure.cert}; ssl_certificate_key ${secure.key}; root ${root}; }`;
  const path = join(home, "nginx.conf");
  await writeFile(
    path,
    `daemon off; worker_processes 1; user root; pid ${home}/nginx.pid; error_log ${home}/error.log;
events {}
http { access_log ${hasAccessLog === true ? `${home}/access.log` : "off"}; sendfile on; ${temporary}
server { listen 127.0.0.1:${port}; root ${root}; }
${tls} }
`,
  );
  return path;
}
