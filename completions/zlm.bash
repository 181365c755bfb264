# Completion of zlm for bash 3.2 and newer: source <(zlm completion bash)
_zlm() {
  local words=() word glued='' index
  # Bash ends words at = and :, so the parts are joined here.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ ${#words[@]} -gt 0 && ($word == [=:]* || -n $glued) ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glued=''
    if [[ $word == *[=:] ]]; then glued=1; fi
  done

  local current=${words[${#words[@]} - 1]} head='' directives='' line
  # The part before the last of these characters is on the line already and must not be repeated.
  if [[ $current == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then head=${current%"${current##*[=:]}"}; fi
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    COMPREPLY+=("${line#"$head"}")
  done < <(zlm complete -- "${words[@]}" 2>/dev/null)
  directives=${COMPREPLY[0]-}
  COMPREPLY=("${COMPREPLY[@]:1}")

  # Bash 3.2 cannot mark words as files, so it would not quote them: its own completion offers files there.
  if [[ $directives == *files* ]] && type compopt &>/dev/null; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "${current#"$head"}")
  fi
  if [[ $directives == *open* ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}
complete -o bashdefault -o default -F _zlm zlm
