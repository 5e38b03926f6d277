// The Go binding beside the official SDKs for Go and Python, against a local server: processor time and bytes allocated for
// an operation, as a table. Each client runs in a process of its own, one after the other in rounds; the least of the
// rounds is what an operation costs.
//
//	cargo rustc --release --lib --crate-type cdylib,staticlib && cargo build -p oss-local
//	python3 -m venv target/sdks && target/sdks/bin/pip install oss2 alibabacloud-oss-v2
//	cd tests/bench/sdks && go build -tags repo -o ../../../target/sdks/bench . && ../../../target/sdks/bench
//
// The environment variable PYTHON names another interpreter, ROUNDS how many rounds there are.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// An operation is what is measured, so many times in one process.
type operation struct {
	name  string
	count int
}

var operations = []operation{
	{"put 1 KiB", 2000}, {"get 1 KiB", 2000}, {"head", 2000}, {"put 1 MiB", 100}, {"get 1 MiB", 100}, {"list 1000", 30},
}

// A cost is that of one operation.
type cost struct {
	cpu, bytes float64 // microseconds, bytes
}

func main() {
	if len(os.Args) == 4 {
		runClient(os.Args[1], os.Args[2], os.Args[3])
		return
	}
	stop := startServer()
	defer stop()
	self, err := os.Executable()
	check(err)
	root := filepath.Join(filepath.Dir(self), "../..")
	python := os.Getenv("PYTHON")
	if python == "" {
		python = filepath.Join(root, "target/sdks/bin/python")
	}
	script := filepath.Join(root, "tests/bench/sdks/python.py")
	clients := []struct {
		name    string
		command []string
	}{
		{"alioss for Go", []string{self, "alioss"}},
		{"official, Go v2", []string{self, "v2"}},
		{"official, Python v2", []string{python, "-B", script, "v2"}},
		{"official, Python oss2", []string{python, "-B", script, "oss2"}},
	}
	rounds, err := strconv.Atoi(os.Getenv("ROUNDS"))
	if err != nil {
		rounds = 5
	}
	fmt.Print("| CPU in us, bytes allocated |")
	for _, client := range clients {
		fmt.Printf(" %s |", client.name)
	}
	fmt.Println("\n|---" + strings.Repeat("|---", len(clients)) + "|")
	for _, o := range operations {
		least := make([]cost, len(clients))
		for range rounds {
			for i, client := range clients {
				got := measure(append(client.command, o.name, strconv.Itoa(o.count)))
				if least[i].cpu == 0 || got.cpu < least[i].cpu {
					least[i].cpu = got.cpu
				}
				least[i].bytes = got.bytes
			}
		}
		fmt.Printf("| %s |", o.name)
		for _, c := range least {
			fmt.Printf(" %.0f, %s |", c.cpu, readable(c.bytes))
		}
		fmt.Println()
	}
}

func readable(bytes float64) string {
	if bytes < 10_000 {
		return fmt.Sprintf("%.0f", bytes)
	}
	return fmt.Sprintf("%.0f K", bytes/1000)
}

// server is the local server; nil in clients.
var server *exec.Cmd

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sdks:", err)
		if server != nil && server.Process != nil {
			server.Process.Kill()
		}
		os.Exit(1)
	}
}

// measure runs a client, which prints what an operation cost.
func measure(command []string) cost {
	child := exec.Command(command[0], command[1:]...)
	child.Stderr = os.Stderr
	out, err := child.Output()
	check(err)
	var c cost
	_, err = fmt.Sscan(string(out), &c.cpu, &c.bytes)
	check(err)
	return c
}

// startServer starts the local server and tells the clients where it is.
func startServer() (stop func()) {
	self, err := os.Executable()
	check(err)
	server = exec.Command(filepath.Join(filepath.Dir(self), "../debug/oss-local"), "--memory", "--port", "0", "--no-https", "--no-record")
	out, err := server.StdoutPipe()
	check(err)
	server.Stderr = os.Stderr
	check(server.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "http://") {
			// The address, and so the bucket in the path: whose names end with localhost, not every resolver knows.
			os.Setenv("OSS_ENDPOINT", strings.Replace(line, "localhost", "127.0.0.1", 1))
		}
		if name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "="); found {
			os.Setenv(name, value)
		}
		if strings.HasPrefix(line, "buckets and requests") {
			break
		}
	}
	return func() {
		server.Process.Kill()
		server.Wait()
	}
}
