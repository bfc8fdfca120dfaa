using System.Text;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.TestKit.Xunit2;
using Xunit;
using static ActorBrowser.BrowserProtocol;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.GuideTests;

// <!-- launcher -->
/// <summary>Starts no process: each child is one end of an in-memory channel, played by a PlayedChild.</summary>
public sealed class PlayedLauncher(Func<RoleMessage, RoleMessage> answer) : IChildLauncher
{
    private int _last = 1000;

    public PlayedChild? Last { get; private set; }

    public Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        var (parent, child) = InMemoryChannel.CreatePair(ChannelLimits.Default);
        Last = new PlayedChild(role, Interlocked.Increment(ref _last), child, answer);
        return Task.FromResult(new LaunchedChild(Last, parent));
    }
}

/// <summary>A child that becomes ready, answers, and exits on request.</summary>
public sealed class PlayedChild : IChildProcessHandle, IFrameHandler
{
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InMemoryChannel _channel;
    private readonly Func<RoleMessage, RoleMessage> _answer;

    public PlayedChild(string role, int id, InMemoryChannel channel, Func<RoleMessage, RoleMessage> answer)
    {
        (Id, _channel, _answer) = (id, channel, answer);
        channel.Start(this);
        Send(0, Hello.Of(role, id));
    }

    public int Id { get; }

    public Task<ChildExit> Exited => _exited.Task;

    public void Kill() => End(null, signal: 9);

    /// <summary>Ends the child, with the last lines of its stderr.</summary>
    public void End(int? code, int? signal = null, params string[] stderr)
    {
        _exited.TrySetResult(new ChildExit(code, signal, false, stderr, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow));
        _channel.Dispose();
    }

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.ChildArgs:
                Send(0, default(Ready));
                break;
            case MessageType.Ping when frame.TryRead<ActorBrowser.Transport.Ping>(out var ping) is null:
                Send(frame.CorrelationId, new ActorBrowser.Transport.Pong(ping.Timestamp));
                break;
            case MessageType.RoleMessage when frame.TryRead<RoleMessage>(out var question) is null:
                Send(frame.CorrelationId, _answer(question));
                break;
            case MessageType.Shutdown:
                End(0);
                break;
            default:
                break;
        }
        return null;
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(ChannelClosed closed)
    {
    }

    private void Send<T>(ulong id, T message) where T : IWireMessage<T>
    {
        _channel.Write(id, message);
        _channel.Flush();
    }
}

public sealed class PlayedChildSpecs() : TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task A_probe_hears_the_answer_and_then_how_the_child_ended()
    {
        var launcher = new PlayedLauncher(static question => question with { Payload = Encoding.UTF8.GetBytes("played") });
        var browser = Sys.StartActorBrowser(new ActorBrowserOptions { Launcher = launcher });
        var probe = CreateTestProbe();

        browser.Tell(new SpawnChild("word-counter") { Subscriber = probe.Ref }, TestActor);
        var child = (await ExpectMsgAsync<ChildSpawned>()).Child;
        await probe.ExpectMsgAsync<ChildReady>();

        child.Tell(new SendToRole(1, default), TestActor);
        Assert.Equal("played", Encoding.UTF8.GetString((await ExpectMsgAsync<RoleAnswer>()).Payload.Span));

        launcher.Last!.End(3, stderr: "no paper");
        var exited = await probe.ExpectMsgAsync<ChildExited>();
        Assert.Equal((ExitReason.Crashed, 3, "no paper"), (exited.Reason, exited.ExitCode, exited.LastStderrLines[^1]));
    }
}
// <!-- /launcher -->
