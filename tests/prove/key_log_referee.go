// Proofs of tests/prove/key_log.py, checked by the Go project's own implementation of logs:
//
//	python -m tests.prove.key_log --out /tmp/logs
//	cd $(mktemp -d) && cp …/key_log_referee.go main.go
//	go mod init referee && go get golang.org/x/mod && go run . /tmp/logs/*.json
//
// golang.org/x/mod is what the Go command itself checks sum.golang.org with.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type answer struct {
	Checkpoint, Event, Root                    string
	OldRoot                                    string `json:"old_root"`
	LogKey                                     string `json:"log_key"`
	Index, Since, Size                         int64
	Consistency, Proof                         []string
}

func hash(text string) (found tlog.Hash) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	must(err)
	copy(found[:], data)
	return found
}

func hashes(texts []string) (found []tlog.Hash) {
	for _, text := range texts {
		found = append(found, hash(text))
	}
	return found
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// check gives the first thing that is wrong.
func (a answer) check() error {
	verifier, err := note.NewVerifier(a.LogKey)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(a.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	root := hash(a.Root)
	lines := strings.Split(opened.Text, "\n")
	if lines[1] != fmt.Sprint(a.Size) || lines[2] != base64.StdEncoding.EncodeToString(root[:]) {
		return fmt.Errorf("the checkpoint is about another tree")
	}
	leaf := tlog.RecordHash([]byte(a.Event))
	if err := tlog.CheckRecord(hashes(a.Proof), a.Size, root, a.Index, leaf); err != nil {
		return err
	}
	return tlog.CheckTree(hashes(a.Consistency), a.Size, root, a.Since, hash(a.OldRoot))
}

func main() {
	for _, path := range os.Args[1:] {
		data, err := os.ReadFile(path)
		must(err)
		var given answer
		must(json.Unmarshal(data, &given))
		must(given.check())
		refused := 0
		for _, harm := range []func(*answer){
			func(a *answer) { a.Event += " " },
			func(a *answer) { a.Index++ },
			func(a *answer) { a.Proof = append([]string{a.OldRoot}, a.Proof[1:]...) },
			func(a *answer) { a.Consistency = append([]string{a.Root}, a.Consistency[1:]...) },
			func(a *answer) { a.Since-- },
			func(a *answer) { a.Checkpoint = strings.Replace(a.Checkpoint, "\n", "x\n", 1) },
		} {
			worse := given
			harm(&worse)
			if worse.check() != nil {
				refused++
			}
		}
		fmt.Printf("%d entries: note, inclusion and consistency hold; %d of 6 harmed ones refused\n", given.Size, refused)
	}
}
