using System.Net.Sockets;
using ActorBrowser.Transport;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>An HTTP/1.1 server that responds before it has read the request's body. Coordinator, child and sockets are real.</summary>
public sealed class EarlyAnswerSpecs : RealFetchSpecs
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var way in new[] { "keeps open and reads no more", "closes", "resets", "reads on" })
                foreach (var size in new[] { 65_535, 65_536, 65_537, 262_145, 6_553_600, 64 << 20 })
                    cases.Add(way, size);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task The_answer_is_delivered_and_the_rest_of_the_body_is_not_needed(string way, int size)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            while (await RawServer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
            {
                if (head.StartsWith("GET", StringComparison.Ordinal))
                {
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext"u8.ToArray(), stop);
                    continue;
                }
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nbig!"u8.ToArray(), stop);
                if (way == "closes")
                    return;
                if (way == "resets")
                {
                    stream.Socket.LingerState = new LingerOption(true, 0);
                    return;
                }
                if (way == "reads on")
                    await RawServer.ClosedByPeerAsync(stream, stop);
                else
                    await Task.Delay(Timeout.Infinite, stop);
            }
        });
        await using (var file = File.Create(BodyFile))
            file.SetLength(size);

        var answer = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root) { Method = "POST", Upload = FetchBody.FromFile(BodyFile) }).WaitAsync(Deadline.Long);
        Assert.Equal("413 big!", answer.Match(response => $"{response.Status} {Text(answer)}", _ => Text(answer)));

        // A body that fits into the sockets' buffers appears to be sent completely: its connection is used again, and fails here.
        if (way is not ("closes" or "resets"))
            return;
        // A connection that was cut off carries no other request.
        var next = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root)).WaitAsync(Deadline.Long);
        Assert.Equal("next", Text(next));
    }

    [Theory, InlineData(65_537), InlineData(6_553_600)]
    public async Task A_success_that_comes_early_does_not_end_the_sending(int size)
    {
        var received = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"u8.ToArray(), stop);
            var (buffer, count) = (new byte[32 << 10], 0L);
            while (count < size && await stream.ReadAsync(buffer, stop) is > 0 and var read)
                count += read;
            received.SetResult(count);
        });
        await using (var file = File.Create(BodyFile))
            file.SetLength(size);
        var answer = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root) { Method = "POST", Upload = FetchBody.FromFile(BodyFile) }).WaitAsync(Deadline.Long);
        Assert.Equal("fine", Text(answer));
        Assert.Equal(size, await received.Task.WaitAsync(Deadline.Long));
    }

    [Fact]
    public async Task An_early_answer_that_breaks_off_is_a_failure_and_its_POST_is_not_made_again()
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Le"u8.ToArray(), stop);
            stream.Socket.Shutdown(SocketShutdown.Send);
            await RawServer.ClosedByPeerAsync(stream, stop);
        });
        await using (var file = File.Create(BodyFile))
            file.SetLength(6_553_600);
        var answer = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root) { Method = "POST", Upload = FetchBody.FromFile(BodyFile) }).WaitAsync(Deadline.Long);
        Assert.Equal(FetchErrorKind.Protocol, answer.Match<FetchErrorKind?>(static _ => null, static failure => failure.Kind));
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task A_stream_that_has_nothing_to_give_yet_is_let_go_of()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        await using var source = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        var answer = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root) { Method = "POST", Upload = FetchBody.FromStream(source) }).WaitAsync(Deadline.Long);
        Assert.Equal("403 no", answer.Match(response => $"{response.Status} {Text(answer)}", _ => Text(answer)));
    }
}
