import { spawn, type ChildProcess } from 'node:child_process';

/** Ends processes and removes folders when this process is gone, however it ended: exit handlers do not run on SIGKILL. */
export interface Watchdog {
  readonly started: (pid: number) => void;
  readonly ended: (pid: number) => void;
  /** A folder that nobody needs any more when this process is gone. */
  readonly owns: (folder: string) => void;
}

// A shell in a session of its own that reads what lives, and acts when its input ends.
const script = `
pids=' '; folders=
while read -r verb what; do
  case $verb in
    started) pids="$pids$what " ;;
    ended) pids="\${pids%% $what *} \${pids#* $what }" ;;
    owns) folders="$folders$what
" ;;
  esac
done
case $pids in *[0-9]*) kill -9 $pids ;; esac
printf %s "$folders" | while read -r folder; do rm -rf "$folder"; done
`;

let running: ChildProcess | undefined;

/** The watchdog of this process. */
export function watchdog(): Watchdog {
  const tell = (verb: string, what: string | number): void => {
    running ??= start();
    running.stdin?.write(`${verb} ${what}\n`);
  };
  return {
    started: (pid) => tell('started', pid),
    ended: (pid) => tell('ended', pid),
    owns: (folder) => tell('owns', folder),
  };
}

function start(): ChildProcess {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.stdin.on('error', () => undefined);
  child.unref();
  return child;
}
