#!/bin/sh
# Prints the Secrets that the manifests leave out, with passwords made up anew:
#     sh manifests/secrets.sh | kubectl create --namespace stenofleet --filename -
# `create` refuses a Secret that is there: no password changes under a server that has the old one.
set -eu

template=$(dirname "$0")/base/secrets.template.yaml

# What stands for a password, @name@, and for its hash, @name.sha256@, as a program for sed. It reaches
# sed by a pipe, so that no password stands in a list of processes.
rules() {
    grep -o '@[a-z-]*@' "$template" | tr -d @ | sort -u | while read -r name; do
        password=$(openssl rand -hex 16)
        hash=$(printf %s "$password" | openssl dgst -sha256 -r)
        printf 's/@%s@/%s/g\ns/@%s\\.sha256@/%s/g\n' "$name" "$password" "$name" "${hash%% *}"
    done
}

made=$(rules | sed -f /dev/stdin "$template")
if printf '%s\n' "$made" | grep -q '@[a-z0-9.-]*@'; then
    echo "secrets.sh: openssl made no password: expected it on the PATH" >&2
    exit 1
fi
printf '%s\n' "$made"
