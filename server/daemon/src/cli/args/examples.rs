//! The examples that each command's help ends with.

pub const ALL: &str = "\
Examples:
  warpdock                              up, then a shell in the container
  warpdock --image my_gpu_env:1229      the same from a ready image, without any file
  warpdock exec -- python train.py      one command, its output and its exit code
  warpdock run                          what the image runs by default (ENTRYPOINT and CMD)
  warpdock run --detach -- python train.py
                                        a training run that outlives this terminal
  warpdock explain 'sudo docker run --gpus all -it --rm -v $PWD:/app my_gpu_env:1229 /bin/bash'

Exit codes:
  exec, run, shell and attach pass the command's own exit code through (128+N for signal N),
  and say 125 when warpdock itself failed, 126 when the command cannot be executed, 127 when
  it is not there. The other commands: 0 done, 1 failed, 2 wrong usage, 3 no container runs,
  130 interrupted.";

pub const UP: &str = "\
Examples:
  warpdock up                             from the Dockerfile or devcontainer.json of this folder
  warpdock up --image my_gpu_env:1229     from a ready image, without any file
  warpdock up --gpus required             fail when no GPU can be given
  warpdock up --image IMAGE --pull        fetch the image if it is not on this machine";

pub const DOWN: &str = "\
Examples:
  warpdock down            what was written outside the workspace is gone
  warpdock down --keep     it is kept; `warpdock up` starts the container again";

pub const REBUILD: &str = "\
Examples:
  warpdock rebuild                after a change of the Dockerfile or the configuration
  warpdock rebuild --no-cache     run every step of the Dockerfile again";

pub const STATUS: &str = "\
Examples:
  warpdock status
  warpdock status --json | jq -r .state";

pub const PS: &str = "\
Examples:
  warpdock ps
  docker stop $(warpdock ps --ids)";

pub const SHELL: &str = "\
Examples:
  warpdock shell                    in /app, as the project's user
  warpdock shell --user root
  warpdock shell --name editor      `warpdock attach editor` comes back to it";

pub const EXEC: &str = "\
Examples:
  warpdock exec -- python train.py --epochs 3
  warpdock exec -e CUDA_VISIBLE_DEVICES=0 -- nvidia-smi
  warpdock exec -w /tmp --user root -- ls -l
  tar c data | warpdock exec -- tar x -C /data";

pub const ATTACH: &str = "\
Examples:
  warpdock attach           the newest terminal that nobody looks at
  warpdock attach train     by name; ctrl-p ctrl-q leaves it running";

pub const RUN: &str = "\
Examples:
  warpdock run                        the image's ENTRYPOINT and CMD
  warpdock run --detach --name train -- python train.py
  warpdock logs --follow train        what it writes
  warpdock kill train                 end it";

pub const SESSIONS: &str = "\
Examples:
  warpdock sessions             what runs, and what ended commands have left behind
  warpdock sessions --all       also those that have ended, with their exit codes";

pub const LOGS: &str = "\
Examples:
  warpdock logs train                 what it has written, the last megabyte
  warpdock logs --follow train        and what comes, until it ends";

pub const KILL: &str = "\
Examples:
  warpdock kill train                     end it and all that it has started
  warpdock kill --signal USR1 train       only send a signal";

pub const CONFIG: &str = "\
Examples:
  warpdock config
  warpdock config --explain      which file and line each value came from";

pub const EXPLAIN: &str = "\
Examples:
  warpdock explain 'sudo docker run --gpus all -it --rm -v $PWD:/app my_gpu_env:1229 /bin/bash'
  warpdock explain --write 'docker run --rm -it -v $PWD:/app ubuntu:22.04'
  warpdock explain               the line equal to this folder's configuration";

pub const DOCTOR: &str = r#"Examples:
  warpdock doctor
  warpdock doctor --json | jq '.lines[] | select(.state == "failed")'"#;

pub const LOAD: &str = "\
Examples:
  docker save IMAGE | gzip > image.tar.gz      on a machine that has it
  warpdock load image.tar.gz                   on this one";

pub const STDIO: &str = "\
Examples:
  vim.lsp.config('warpdock', { cmd = { 'warpdock', 'stdio' }, filetypes = { 'dockerfile' } })
  warpdock stdio --in-process    when the background process is in doubt";

pub const COMPLETION: &str = "\
Examples:
  source <(warpdock completion bash)                                  in ~/.bashrc
  source <(warpdock completion zsh)                                   in ~/.zshrc, after compinit
  warpdock completion fish > ~/.config/fish/completions/warpdock.fish";

pub const SHIM: &str = "\
Examples:
  warpdock shim install                                               prints the stand-ins
  WARPDOCK_TARGET=~/hmm ~/.local/share/warpdock/shim/bash             a shell in the container
  warpdock shim remove";

pub const DAEMON: &str = "\
Examples:
  warpdock daemon status
  warpdock daemon stop";

pub const LINT: &str = "\
Examples:
  warpdock lint Dockerfile
  warpdock lint .                          every Dockerfile below this folder
  warpdock lint --format json - < Dockerfile
  warpdock lint --threshold warning .      hints and information do not fail
  warpdock lint --explain DL3025           the page about a rule

In a Dockerfile, `# warpdock ignore=CODE` silences a rule for the next instruction and
`# warpdock global ignore=CODE` for the file; `# hadolint ignore=` and `# check=skip=` do too.";
