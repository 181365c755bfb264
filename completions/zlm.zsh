#compdef zlm
# Completion of zlm for zsh: source <(zlm completion zsh), after compinit; or this file as _zlm in a folder of $fpath.
_zlm() {
  local -a lines names shown
  local line directives
  lines=("${(@f)$(zlm complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  directives=$lines[1]
  for line in "${(@)lines[2,-1]}"; do
    names+=("${line%%$'\t'*}")
    if [[ -n ${line#*$'\t'} ]]; then
      shown+=("${line%%$'\t'*} -- ${line#*$'\t'}")
    else
      shown+=("${line%%$'\t'*}")
    fi
  done
  local -a space=()
  [[ $directives == *open* ]] && space=(-S '')
  (( $#names )) && compadd "$space[@]" -l -d shown -a names
  [[ $directives == *files* ]] && { compset -P '--*='; _files }
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _zlm "$@"
else
  compdef _zlm zlm
fi
