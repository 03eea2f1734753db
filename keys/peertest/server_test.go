package peertest_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
)

// Each server starts, and is gone when it was killed.
func TestServers(t *testing.T) {
	for name, start := range map[string]func(testing.TB) peertest.Server{"MariaDB": peertest.MariaDB, "Firebird": peertest.Firebird} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			address := net.JoinHostPort(server.Host, strconv.Itoa(server.Port))
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
			server.Kill()
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				t.Error("it still answers")
			}
		})
	}
}
