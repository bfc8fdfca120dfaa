using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Text;
using ActorBrowser.ChildEntrypoints.Egress;

namespace ActorBrowser.EgressTests;

/// <summary>What the egress child reads from hostile programs.</summary>
public sealed class ParserSpecs
{
    [Theory]
    [InlineData("example.org", "example.org", FilterVerdict.Done)]
    [InlineData("example.org", "EXAMPLE.ORG", FilterVerdict.Done)]
    [InlineData("example.org", "other.example.org", FilterVerdict.Refuse)]
    [InlineData("93.184.215.14", "example.org", FilterVerdict.Refuse)]
    public async Task A_greeting_must_name_the_host_that_was_granted(string granted, string named, object expected)
    {
        var hello = await GreetingForAsync(named);
        // Whole, and cut anywhere before its end.
        Assert.Equal(expected, new TlsGreeting(granted).Look(hello, out _));
        for (var length = 1; length < hello.Length; length++)
            Assert.Equal(FilterVerdict.Hold, new TlsGreeting(granted).Look(hello.AsSpan(0, length), out _));
        // In records of seven bytes each.
        Assert.Equal(expected, new TlsGreeting(granted).Look(InRecordsOf(7, hello), out _));
    }

    [Fact]
    public async Task A_greeting_that_cannot_be_read_is_refused_and_other_protocols_pass()
    {
        Assert.Equal(FilterVerdict.Done, new TlsGreeting("example.org").Look("SSH-2.0-OpenSSH"u8, out _));
        Assert.Equal(FilterVerdict.Hold, new TlsGreeting("example.org").Look([], out _));
        Assert.Equal(FilterVerdict.Refuse, new TlsGreeting("example.org").Look([22, 9, 9, 0, 5, 1, 0, 0, 1, 0], out _));
        Assert.Equal(FilterVerdict.Refuse, new TlsGreeting("example.org").Look([22, 3, 1, 0, 0, 1], out _));
        // A greeting whose length is that of a flood.
        Assert.Equal(FilterVerdict.Refuse, new TlsGreeting("example.org").Look([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff], out _));
        var hello = await GreetingForAsync("example.org");
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bent = hello.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            var greeting = new TlsGreeting("example.org");
            var verdict = greeting.Look(bent, out _);
            Assert.True(verdict is FilterVerdict.Done or FilterVerdict.Refuse or FilterVerdict.Hold);
        }
    }

    [Fact]
    public void A_body_ends_where_its_request_says_however_it_arrives()
    {
        foreach (var (length, body) in new (long, string)[] { (0, ""), (5, "hello"), (-1, "5\r\nhello\r\n0\r\n\r\n"), (-1, "A;x=y\r\n0123456789\r\n1\r\nx\r\n0\r\nTrailer: a\r\n\r\n") })
        {
            foreach (var step in new[] { 1, 2, 3, 1000 })
            {
                var filter = new RequestBodyFilter(length);
                var sent = Encoding.ASCII.GetBytes(body + "POST http://example.org/other HTTP/1.1\r\n\r\n");
                var passed = 0;
                var stopped = false;
                for (var at = 0; at < sent.Length && !stopped; at += step)
                {
                    var verdict = filter.Look(sent.AsSpan(at, Math.Min(step, sent.Length - at)), out var pass);
                    passed += pass;
                    stopped = verdict == FilterVerdict.Stop;
                }
                Assert.True(stopped);
                Assert.Equal(body.Length, passed);
            }
        }
    }

    [Theory]
    [InlineData("5\nhello\r\n")]
    [InlineData("\r\nhello")]
    [InlineData("-5\r\nhello")]
    [InlineData("5\r\nhelloX")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("0x5\r\nhello")]
    [InlineData("0\r\na\nb\r\n")]
    public void Chunks_that_a_server_might_read_otherwise_are_refused(string body)
    {
        Assert.Equal(FilterVerdict.Refuse, new RequestBodyFilter(-1).Look(Encoding.ASCII.GetBytes(body), out _));
    }

    [Theory]
    [InlineData("GET http://example.org/a?b HTTP/1.1\r\nHost: other\r\nX: y\r\nProxy-Connection: keep-alive\r\n\r\n", "GET /a?b HTTP/1.1\r\nHost: example.org\r\nX: y\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://example.org:8080 HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: example.org:8080\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://[::1]:8080?q HTTP/1.1\r\n\r\n", "GET /?q HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n")]
    public void A_request_is_passed_on_to_its_host_in_the_form_of_an_origin(string given, string expected)
    {
        Assert.Null(ProxyRequest.TryRead(Encoding.ASCII.GetBytes(given), null, out var request));
        Assert.Equal(expected, Encoding.ASCII.GetString(request.ToHead()));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n")]
    [InlineData("GET http://user@example.org/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET https://example.org/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET ftp://example.org/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http:///a HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://example.org:0/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://example.org:99999/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://example.org/ HTTP/2\r\n\r\n")]
    [InlineData("GET  http://example.org/ HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT example.org HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT /a HTTP/1.1\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.1\r\nContent-Length : 1\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("POST http://example.org/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET http://example.org/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET http://example.org/ HTTP/1.1\r\nX: a\r\n folded\r\n\r\n")]
    [InlineData("GET http://example.org/ HTTP/1.1\r\nX: a\nY: b\r\n\r\n")]
    [InlineData("GET http://example.org/ HTTP/1.1\r\nX: \0\r\n\r\n")]
    public void A_request_that_could_mean_something_else_is_refused(string given) =>
        Assert.EndsWith(".", ProxyRequest.TryRead(Encoding.ASCII.GetBytes(given), null, out _), StringComparison.Ordinal);

    [Fact]
    public void A_name_query_is_answered_in_kind()
    {
        var query = QueryFor("WWW.example.org", type: 1);
        var read = NameMessage.TryRead(query, out _)!;
        Assert.Equal(("www.example.org", 1), (read.Name, read.Type));
        var answer = read.Answer(IPAddress.Parse("198.18.0.1"));
        Assert.Equal(0x8180, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(2)));
        Assert.Equal([198, 18, 0, 1], answer[^4..]);
        Assert.Equal(5, read.Refusal()[3] & 15);
        Assert.Null(NameMessage.TryRead(answer, out var error));
        Assert.Empty(error);
    }

    [Fact]
    public void A_bent_name_query_harms_nobody()
    {
        var random = new Random(3);
        var query = QueryFor("www.example.org", type: 28);
        for (var i = 0; i < 50_000; i++)
        {
            var bent = query.AsSpan(0, random.Next(query.Length + 1)).ToArray();
            for (var j = random.Next(4); j > 0 && bent.Length > 0; j--)
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            if (NameMessage.TryRead(bent, out _) is { } read)
                Assert.True(read.Name.Length <= 253 && read.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
        }
    }

    [Fact]
    public void Each_name_has_one_address_and_a_flood_of_names_ends()
    {
        var names = new SyntheticNames();
        for (var i = 0; i < SyntheticNames.Most; i++)
            Assert.Equal($"n{i}.example.org", names.HostOf(names.AddressOf($"n{i}.example.org")!));
        Assert.Null(names.AddressOf("one.more"));
        Assert.Equal(names.AddressOf("n5.example.org"), names.AddressOf("n5.example.org"));
        Assert.Null(names.HostOf(IPAddress.Parse("198.19.255.255")));
        Assert.Equal("8.8.8.8", names.HostOf(IPAddress.Parse("::ffff:8.8.8.8")));
        Assert.Equal("2001:db8::1", names.HostOf(IPAddress.Parse("2001:db8::1")));
    }

    private static byte[] QueryFor(string name, byte type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(static label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0, 0, type, 0, 1];

    private static byte[] InRecordsOf(int size, byte[] hello) =>
        [.. hello[5..].Chunk(size).SelectMany(static part => (byte[])[22, 3, 1, 0, (byte)part.Length, .. part])];

    private static async Task<byte[]> GreetingForAsync(string name)
    {
        using var memory = new GreetingStream();
        await using var tls = new SslStream(memory);
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(name));
        return memory.Written;
    }

    /// <summary>Keeps what is written, and ends when read.</summary>
    private sealed class GreetingStream : Stream
    {
        private readonly MemoryStream _written = new();

        internal byte[] Written => _written.ToArray();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
