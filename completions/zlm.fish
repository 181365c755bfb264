# Completion of zlm for fish: zlm completion fish | source
function __zlm_complete
    set -l words (commandline --cut-at-cursor --tokenize-only 2>/dev/null; or commandline --cut-at-cursor --tokenize)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l lines (zlm complete -- $words[2..-1] "$current" 2>/dev/null)
    printf '%s\n' $lines[2..-1]
    if string match --quiet '*files*' -- $lines[1]
        set -l head (string match --regex '^--[^=]*=' -- "$current")
        for path in (__fish_complete_path (string replace --regex '^--[^=]*=' '' -- "$current"))
            echo "$head$path"
        end
    end
end
complete --command zlm --no-files --arguments '(__zlm_complete)'
