using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ActorsTests;

/// <summary>The frames that commands send to their runner, whether it is ready, starting or lost.</summary>
public sealed class RunnerQueueSpecs : TestKit
{
    private static readonly SpawnRequest Request = new(["true"u8.ToArray()], default, [], CommandInput.None, CommandOutput.Piped, 80, 24, 0, 0, 0, default);

    private readonly TestProbe _runner;
    private readonly TestProbe _registry;
    private readonly TestProbe _session;
    private readonly TestProbe _child;
    private readonly RunnerQueue _queue;
    private readonly ChildRouter _process;
    private readonly FakeChild _other;

    public RunnerQueueSpecs()
    {
        (_runner, _registry, _session, _child) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _queue = new RunnerQueue { Runner = _runner.Ref };
        var (parentEnd, childEnd) = InMemoryChannel.CreatePair(ChannelLimits.Default);
        _other = new FakeChild("command-runner", 1000, childEnd);
        _process = new ChildRouter(_child.Ref, ChannelLimits.Default.MaxBodyBytes) { User = _registry.Ref };
        _process.Open(parentEnd, 1000);
    }

    [Fact]
    public async Task What_is_asked_before_there_is_a_process_waits_in_its_order_with_what_follows_it()
    {
        _queue.Begin(1, Request, _session.Ref, []);
        _queue.Begin(2, Request, _session.Ref, []);
        _queue.Send(1, new Terminate(0));
        _queue.Send(9, new Terminate(0));
        await _runner.ExpectMsgAsync<CommandRunner.Wanted>(Deadline.Long);
        Assert.True(_queue.HasWaiting);
        Assert.False(_queue.WasUsed);
        _queue.Open(_process);
        _queue.Begin(3, Request, _session.Ref, []);
        Assert.Equal([(MessageType.SpawnRequest, 1UL), (MessageType.SpawnRequest, 2UL), (MessageType.Terminate, 1UL), (MessageType.SpawnRequest, 3UL)], await ReceivedAsync(4));
        Assert.False(_queue.HasWaiting);
        Assert.True(_queue.WasUsed);
    }

    [Fact]
    public async Task A_session_is_told_its_own_frames_together_and_the_registry_what_is_left()
    {
        _queue.Open(_process);
        _queue.Begin(1, Request, _session.Ref, []);
        var ready = new ChildFrames.CommandReady(1, default, null);
        var stray = new ChildFrames.CommandExit(7, default);
        var closed = new ChildFrames.CommandClosed(1, default);
        _process.Pass([ready, stray, closed]);
        Assert.Equal(ready, await _session.ExpectMsgAsync<ChildFrames.UserFrame>(Deadline.Long));
        Assert.Equal(closed, await _session.ExpectMsgAsync<ChildFrames.UserFrame>(Deadline.Long));
        Assert.Equal(stray, Assert.Single((await _registry.ExpectMsgAsync<RoleTraffic.WorkBatch>(Deadline.Long)).Frames));
        _process.Pass([closed]);
        Assert.Equal(closed, Assert.Single((await _registry.ExpectMsgAsync<RoleTraffic.WorkBatch>(Deadline.Long)).Frames));
    }

    [Fact]
    public void The_loss_of_the_process_names_what_it_had_and_had_not_ended()
    {
        _queue.Open(_process);
        _queue.Begin(1, Request, _session.Ref, []);
        _queue.Begin(2, Request, _session.Ref, []);
        _process.Pass([new ChildFrames.CommandClosed(1, default)]);
        // The channel ends before its users are told: frames in between are lost, too.
        _process.Close();
        _queue.Begin(3, Request, _session.Ref, []);
        Assert.Equal([2UL, 3UL], _queue.Close().Order());
        _queue.Begin(4, Request, _session.Ref, []);
        Assert.Empty(_queue.Close());
        Assert.Equal([4UL], _queue.Discard());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void What_will_not_be_sent_is_let_go_of()
    {
        var waiting = SharedMemory.Create("waiting", 1);
        _queue.Begin(1, Request, _session.Ref, [waiting]);
        Assert.False(waiting.IsClosed);
        _queue.Stop();
        Assert.True(waiting.IsClosed);
        var late = SharedMemory.Create("late", 1);
        _queue.Begin(2, Request, _session.Ref, [late]);
        Assert.True(late.IsClosed);
        Assert.False(_queue.HasWaiting);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task What_no_process_has_been_given_can_be_taken_back_with_all_that_follows_it()
    {
        var waiting = SharedMemory.Create("waiting", 1);
        _queue.Begin(1, Request, _session.Ref, [waiting]);
        _queue.Begin(2, Request, _session.Ref, []);
        _queue.Send(1, new Terminate(0));
        Assert.True(_queue.TryWithdraw(1));
        Assert.True(waiting.IsClosed);
        Assert.False(_queue.TryWithdraw(1));
        _queue.Open(_process);
        Assert.Equal([(MessageType.SpawnRequest, 2UL)], await ReceivedAsync(1));
        Assert.False(_queue.TryWithdraw(2));
    }

    [Fact]
    public async Task A_refused_call_of_a_command_s_is_its_session_s_and_any_other_the_registry_s()
    {
        _queue.Open(_process);
        _queue.Begin(1, Request, _session.Ref, []);
        var own = new ChildProcessProtocol.SandboxViolated(_child.Ref, "command-runner", 1000, Violation(1));
        var other = own with { Violation = Violation(0) };
        _process.Pass(own);
        _process.Pass(other);
        Assert.Equal(own, await _session.ExpectMsgAsync<ChildProcessProtocol.SandboxViolated>(Deadline.Long));
        Assert.Equal(other, await _registry.ExpectMsgAsync<ChildProcessProtocol.SandboxViolated>(Deadline.Long));
    }

    private static Sandbox.SandboxViolation Violation(ulong session) => new(1001, "unshare", "", "unshare is not allowed.", false, session);

    private async Task<List<(MessageType Type, ulong Id)>> ReceivedAsync(int count)
    {
        var received = new List<(MessageType Type, ulong Id)>();
        while (received.Count < count)
        {
            var frame = await _other.NextAsync();
            received.Add((frame.Type, frame.Id));
        }
        return received;
    }
}
