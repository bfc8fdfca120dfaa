using System.Diagnostics;
using ActorBrowser.ActorsTests;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using OpenTelemetry.Trace;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.TracingTests;

/// <summary>The test plays a child: what it is sent of a trace, and what becomes of the spans that it sends, true or not.</summary>
public sealed class PlayedTraceSpecs() : TestKit("akka.loglevel = INFO\nakka.stdout-loglevel = OFF\nakka.loggers = []\nakka.log-dead-letters = off")
{
    private readonly FakeLauncher _launcher = new();

    // Made where it is asked, so that it has the span that is current there.
    private static SendToRole Question => new(1, default);

    private async Task<(ChildClient Client, FakeChild Child)> ReadyAsync()
    {
        var actor = Sys.ActorOf(ChildProcessActor.Props("scanner", ActorBrowserSettings.From(Akka.Configuration.Config.Empty), [], _launcher));
        actor.Tell(new Subscribe(TestActor));
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        await ExpectMsgAsync<ChildReady>(Deadline.Long);
        return (ChildClient.For(actor), child);
    }

    [Fact]
    public async Task Without_a_listener_a_child_is_sent_nothing_of_a_trace_and_a_message_names_no_parent()
    {
        using var asker = new Activity("asker").SetIdFormat(ActivityIdFormat.W3C).Start();
        Assert.Equal(default, new FetchProtocol.Fetch("http://localhost/").TraceParent);
        Assert.Same(ChildProcessProtocol.Ping.Instance, ChildProcessProtocol.Ping.Traced());
        var (client, child) = await ReadyAsync();
        await AssertUntracedAsync(client, child);
    }

    [Fact]
    public async Task What_is_not_sampled_is_not_traced_in_the_child_either()
    {
        await using var sink = await SpanSink.StartAsync(sampler: new ParentBasedSampler(new AlwaysOffSampler()));
        var (client, child) = await ReadyAsync();
        await sink.AskAsync(() => AssertUntracedAsync(client, child));
        Assert.Empty(sink.Spans());
    }

    private static async Task AssertUntracedAsync(ChildClient client, FakeChild child)
    {
        var answer = client.AskAsync(Question);
        var asked = await child.NextAsync();
        Assert.Equal(MessageType.RoleMessage, asked.Type);
        child.Send(asked.Id, new RoleMessage(1, default));
        await answer.Soon();
    }

    [Fact]
    public async Task A_child_is_sent_25_bytes_of_the_request_s_span_and_no_baggage()
    {
        await using var sink = await SpanSink.StartAsync();
        var (client, child) = await ReadyAsync();
        var body = Array.Empty<byte>();
        await sink.AskAsync(async () =>
        {
            var answer = client.AskAsync(Question);
            var trace = await child.NextAsync();
            Assert.Equal(MessageType.Trace, trace.Type);
            body = trace.Body;
            var asked = await child.NextAsync();
            Assert.Equal((MessageType.RoleMessage, trace.Id), (asked.Type, asked.Id));
            child.Send(asked.Id, new RoleMessage(1, default));
            await answer.Soon();
        });
        var span = sink.Spans().Single(static span => span.Name == "role message");
        Assert.Equal(span.Trace + span.Id + "01", Convert.ToHexStringLower(body.AsSpan(^25..)));
        // An array of one and the header of 25 bytes.
        Assert.Equal(3 + 25, body.Length);
    }

    [Fact]
    public async Task A_child_that_lies_about_times_parents_and_itself_stays_within_its_request()
    {
        await using var sink = await SpanSink.StartAsync();
        var (client, child) = await ReadyAsync();
        await sink.AskAsync(() => AnsweredAsync(client, child, id => child.Send(id, new Spans(
        [
            new ChildSpan("early", -1, 0, Wire.MaxMicroseconds, null, [SpanAttribute.Of("process.pid", 1), SpanAttribute.Of("actorbrowser.role", "browser")]),
            new ChildSpan("late", 3, Wire.MaxMicroseconds, Wire.MaxMicroseconds, "failed", []),
            new ChildSpan("itself", 2, 1L << 50, 0, null, []),
            new ChildSpan("within", 0, Wire.MaxMicroseconds, 0, null, [SpanAttribute.Of("x", "y")]),
        ]))));
        Assert.Equal("""
            asker
              role message
                early
                  within
                itself
                late
                wire
            """, sink.Tree());
        var spans = sink.Spans();
        var request = spans.Single(static span => span.Name == "role message");
        Assert.All(spans.Where(static span => span.Name is not ("asker" or "role message")), span =>
        {
            Assert.InRange(span.Start, request.Start, request.End);
            Assert.InRange(span.End, span.Start, request.End);
        });
        var early = spans.Single(static span => span.Name == "early");
        Assert.Equal((child.Id, "scanner"), (early.Attributes["process.pid"], early.Attributes["actorbrowser.role"]));
        Assert.True(spans.Single(static span => span.Name == "late").IsError);
    }

    [Fact]
    public async Task A_flood_of_spans_is_cut_off_and_spans_of_other_requests_are_dropped()
    {
        await using var sink = await SpanSink.StartAsync();
        var (client, child) = await ReadyAsync();
        var flood = new Spans([.. Enumerable.Repeat(new ChildSpan("flood", -1, 0, 0, null, []), Spans.Most)]);
        ulong first = 0;
        await sink.AskAsync(async () =>
        {
            await AnsweredAsync(client, child, id =>
            {
                first = id;
                for (var i = 0; i < 1000; i++)
                    child.Send(id, flood);
                foreach (var other in new[] { 0UL, 1UL, id + 1, ulong.MaxValue })
                    child.Send(other, flood);
            });
            // The first is answered.
            await AnsweredAsync(client, child, _ => child.Send(first, flood));
        });
        // Nobody asks.
        child.Send(first, flood);
        var spans = sink.Spans();
        Assert.Equal(Spans.Most, spans.Count(static span => span.Name == "flood"));
        Assert.Single(spans.Where(static span => span.Name == "flood").Select(static span => span.Parent).Distinct());
        await AnsweredAsync(client, child, static _ => { });
    }

    [Theory]
    [InlineData("A", null, 1)]
    [InlineData("", null, 1)]
    [InlineData("a\n", null, 1)]
    [InlineData("a", "a b", 1)]
    [InlineData("a", "n", 17)]
    public async Task Spans_that_break_the_rules_of_their_form_end_the_child(string name, string? attribute, int attributes)
    {
        await using var sink = await SpanSink.StartAsync();
        var (client, child) = await ReadyAsync();
        await sink.AskAsync(async () =>
        {
            var answer = client.AskAsync(Question);
            child.Send((await child.NextAsync()).Id, new Spans([new ChildSpan(name, -1, 0, 0, null, attribute is null ? [] : [.. Enumerable.Repeat(SpanAttribute.Of(attribute, 1), attributes)])]));
            await Assert.ThrowsAsync<ChildLostException>(() => answer.Soon());
        });
        Assert.Equal(ExitReason.ProtocolViolation, (await ExpectMsgAsync<ChildExited>(Deadline.Long)).Reason);
        Assert.Equal(typeof(ChildLostException).FullName, sink.Spans().Single(static span => span.Name == "role message").Attributes["error.type"]);
    }

    [Fact]
    public async Task A_line_that_a_child_writes_belongs_to_the_one_request_that_it_works_on()
    {
        await using var sink = await SpanSink.StartAsync();
        var (client, child) = await ReadyAsync();
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        async Task<string?> LineAsync()
        {
            child.Log!.OnLine(new ChildLogLine(false, "a line"));
            return (await FishForMessageAsync<Info>(static info => info.ToString().Contains("a line", StringComparison.Ordinal), Deadline.Long)).ActivityContext?.SpanId.ToHexString();
        }
        Assert.Null(await LineAsync());
        string? one = null;
        await sink.AskAsync(async () =>
        {
            var first = client.AskAsync(Question);
            await child.NextAsync();
            var asked = await child.NextAsync();
            one = await WithoutSpanAsync(LineAsync);
            // A second request, of somebody who has no span.
            var second = WithoutSpanAsync(() => client.AskAsync(Question));
            Assert.Equal(MessageType.Trace, (await child.NextAsync()).Type);
            var other = await child.NextAsync();
            Assert.Null(await WithoutSpanAsync(LineAsync));
            child.Send(other.Id, new RoleMessage(1, default));
            await second.Soon();
            Assert.Equal(one, await WithoutSpanAsync(LineAsync));
            child.Send(asked.Id, new RoleMessage(1, default));
            await first.Soon();
        });
        Assert.Equal(sink.Spans().Single(span => span.Name == "role message" && span.Parent.Length > 0).Id, one);
    }

    private static Task<T> WithoutSpanAsync<T>(Func<Task<T>> run)
    {
        using (ExecutionContext.SuppressFlow())
            return Task.Run(run);
    }

    private static async Task AnsweredAsync(ChildClient client, FakeChild child, Action<ulong> beforeTheAnswer)
    {
        var answer = client.AskAsync(Question);
        var frame = await child.NextAsync();
        if (frame.Type == MessageType.Trace)
            frame = await child.NextAsync();
        beforeTheAnswer(frame.Id);
        child.Send(frame.Id, new RoleMessage(1, default));
        await answer.Soon();
    }
}
