package main

import (
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// A refusal of a body that is too large is written while its sender still sends.
// To close the connection then would reset it, and the sender would never read
// why: such a connection is heard out before it is closed, within these bounds.
const (
	mostHeardOut = 512 << 20
	longestHeard = 30 * time.Second
)

// listen opens the address that the service is on.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	return listener{l}, err
}

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c}, nil
}

type connection struct {
	net.Conn
	sending bool // its client has not been heard out
}

// hearOut has the request's connection closed gently.
func hearOut(c *fiber.Ctx) {
	if conn, ok := c.Context().Conn().(*connection); ok {
		conn.sending = true
	}
}

func (c *connection) Close() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok && c.sending {
		_ = tcp.CloseWrite() // the refusal is complete
		_ = tcp.SetReadDeadline(time.Now().Add(longestHeard))
		_, _ = io.CopyN(io.Discard, tcp, mostHeardOut)
	}
	return c.Conn.Close()
}
