# Completion of ossctl for bash: commands, options, buckets and keys, local paths.

_ossctl() {
    local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} line=${COMP_LINE:0:COMP_POINT}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        local commands
        commands=$(ossctl --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$commands help --help --version" -- "$current")
        return
    fi
    if [[ $current == -* ]]; then
        local options
        options=$(ossctl "$command" --help 2>/dev/null | sed -n 's/^  ..\{0,4\}\(--[a-z-]*\).*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
    fi
    # A colon ends a word of bash, so what belongs together is taken from the line.
    local word=${line##*[[:space:]]}
    if [[ $word == oss://* ]]; then
        local places
        if [[ $word == oss://*/* ]]; then
            places=$(ossctl ls "$word" 2>/dev/null | sed 's/^.*  oss:/oss:/')
        else
            places=$(ossctl ls 2>/dev/null | sed 's/^.*  oss:/oss:/; s/$/\//')
        fi
        local before=${word%"$current"}
        while IFS= read -r place; do
            [[ $place == "$word"* ]] && COMPREPLY+=("${place#"$before"}")
        done <<<"$places"
        compopt -o nospace 2>/dev/null
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
}
complete -F _ossctl ossctl
