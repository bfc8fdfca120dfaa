using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using ActorBrowser.TransportTests;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;
using M = ActorBrowser.Transport.MessageType;

namespace ActorBrowser.ActorsTests;

/// <summary>The messages that each role's child may send; all others are rejected, and their descriptors closed.</summary>
[SupportedOSPlatform("linux")]
[Collection(Alone)]
public sealed class RoleContractSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off")
{
    public const string Alone = "Counts what this process has";

    private const int Trials = 10_000;
    private const int Lanes = 4;

    private static readonly ActorBrowserSettings Settings = ActorBrowserSettings.From(Akka.Configuration.Config.Empty);

    // Written out instead of read from the contracts, to check them. The numbers are the fewest and most descriptors.
    private static readonly Dictionary<string, Dictionary<MessageType, (int Min, int Max)>> Allowed = new()
    {
        ["network"] = Of(M.FetchHeaders, M.FetchBodyChunk, M.FetchBodySlot, M.FetchEnd, M.FetchError, M.Credit, M.FetchRewind, M.FetchBodyUnwanted, M.ResolveName, M.NetworkConnect, M.EgressAbandon),
        ["renderer"] = Of(M.DocumentLoaded, M.DocumentFailed, M.QueryAnswer, M.ResourcesWanted, M.ActDone,
            M.ScriptAnswer, M.ScriptFailed, M.PageRequest, M.PageRequestCancel, M.PageSettled, M.PageStorageChange, M.ScriptNavigation),
        ["image-decoder"] = new(Of(M.DecodeFailed)) { [M.ImageDecoded] = (1, 1) },
        ["command-runner"] = new(Of(M.SpawnFailed, M.Exit, M.Closed)) { [M.SpawnReady] = (0, 1) },
        ["egress"] = Of(M.EgressConnect, M.EgressAbandon, M.EgressMisuse),
        ["resolver"] = Of(M.NameResolved),
        ["secrets"] = Of(M.SecretProblem),
        ["probe"] = Of(M.RoleMessage),
        ["an-embedder-s"] = Of(M.RoleMessage, M.RoleReply),
    };

    private static readonly MessageType[] AllTypes = [.. Enum.GetValues<MessageType>(), (MessageType)0, (MessageType)99, (MessageType)ushort.MaxValue];

    public enum Moment
    {
        BeforeHello,
        BeforeReady,
        Ready,
    }

    private static Dictionary<MessageType, (int, int)> Of(params MessageType[] types) => types.Append(M.Pong).Append(M.Spans).ToDictionary(static type => type, static _ => (0, 0));

    private static bool MayBeSent(string role, Moment moment, MessageType type, int descriptors) => moment switch
    {
        Moment.BeforeHello => type == MessageType.Hello && descriptors < 2,
        Moment.BeforeReady => type == MessageType.Ready && descriptors == 0,
        _ => Allowed[role].TryGetValue(type, out var count) && descriptors >= count.Min && descriptors <= count.Max,
    };

    [Fact]
    public async Task Every_role_and_every_message_at_every_moment_with_and_without_descriptors_is_let_in_or_ends_the_child_and_leaves_no_descriptor()
    {
        var trials = new Queue<(string Role, Moment Moment, MessageType Type, int Descriptors)>();
        while (trials.Count < Trials)
        {
            foreach (var role in Allowed.Keys)
                foreach (var moment in Enum.GetValues<Moment>())
                    foreach (var type in AllTypes)
                    {
                        for (var descriptors = 0; descriptors < 3; descriptors++)
                            trials.Enqueue((role, moment, type, descriptors));
                    }
        }
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => TryAsync(new Queue<(string, Moment, MessageType, int)>([("probe", Moment.Ready, MessageType.Hello, 1)]))));
        var before = ProcessTable.OpenDescriptors();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => TryAsync(trials)));
        Assert.InRange(ProcessTable.OpenDescriptors(), 0, before);
    }

    private async Task TryAsync(Queue<(string Role, Moment Moment, MessageType Type, int Descriptors)> trials)
    {
        var launcher = new FakeLauncher();
        var owner = CreateTestProbe();
        while (true)
        {
            (string Role, Moment Moment, MessageType Type, int Descriptors) trial;
            lock (trials)
            {
                if (!trials.TryDequeue(out trial))
                    return;
            }
            var (role, moment, type, descriptors) = trial;
            var actor = Sys.ActorOf(ChildProcessActor.Props(role, Settings, [], launcher));
            actor.Tell(new Subscribe(owner.Ref));
            var child = await launcher.NextAsync();
            if (moment > Moment.BeforeHello)
            {
                child.SayHello();
                await child.NextAsync();
                child.Shared?.Dispose();
            }
            if (moment == Moment.Ready)
            {
                child.Send(0, default(Ready));
                await owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
            }
            var body = Samples.All.TryGetValue(type, out var sample) ? sample.Body(new Random(1)) : [];
            if (type == MessageType.Hello)
                body = Encoded(new Hello(WireProtocol.Version, WireProtocol.BuildId, role, child.Id, []));
            child.Channel.SendRaw(Samples.Frame(type, 7, body, descriptors), Files(descriptors));
            var allowed = MayBeSent(role, moment, type, descriptors);
            if (allowed)
            {
                if (type == MessageType.Ready)
                    await owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
                actor.Tell(ChildProcessProtocol.Kill.Instance);
            }
            var exited = await owner.ExpectMsgAsync<ChildExited>(Deadline.Long, trial.ToString());
            var expected = allowed ? ExitReason.Killed : moment == Moment.Ready ? ExitReason.ProtocolViolation : ExitReason.HandshakeFailed;
            Assert.True(expected == exited.Reason, $"{trial}: {exited.Reason}, {exited.Message}");
        }
    }

    [Fact]
    public async Task Frames_for_an_actor_that_does_not_want_them_or_is_gone_leave_no_descriptor()
    {
        var launcher = new FakeLauncher();
        var browser = Sys.ActorOf(BrowserActor.Props(Settings, launcher), "browser");
        browser.Tell(new ImageProtocol.Decode(new byte[] { 1 }), TestActor);
        var child = await launcher.NextAsync();
        await child.BecomeReadyAsync();
        var id = (await child.NextAsync()).Id;
        var before = ProcessTable.OpenDescriptors();
        // Unknown ids: the service has never requested them.
        for (var i = 1UL; i <= 1000; i++)
            SendPixels(child, id + i);
        // No longer requested: the asker's image was answered, and the decoder has no user.
        SendPixels(child, id);
        (await ExpectMsgAsync<DecodedImage>(Deadline.Long)).Dispose();
        for (var i = 0UL; i < 1000; i++)
            SendPixels(child, id);
        await browser.GracefulStop(Deadline.Long);
        await ProcessTable.Until(() => ProcessTable.OpenDescriptors() <= before, Deadline.Long);
    }

    [Fact]
    public async Task A_frame_that_is_a_dead_letter_leaves_no_descriptor()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings, new FakeLauncher()), "browser");
        await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        var gone = Sys.ActorOf(BlackHoleActor.Props);
        await gone.GracefulStop(Deadline.Long);
        var router = new ChildRouter(TestActor, 1 << 20) { User = gone };
        var pixels = Files(2);
        router.Pass([new ChildFrames.Image(1, default, pixels[0]), new ChildFrames.CommandReady(2, default, pixels[1])]);
        await ProcessTable.Until(() => pixels[0].IsClosed && pixels[1].IsClosed, Deadline.Long);
    }

    [Fact]
    public async Task A_message_of_an_embedder_s_is_refused_for_a_role_that_takes_none_and_harms_nothing()
    {
        var launcher = new FakeLauncher();
        var actor = Sys.ActorOf(ChildProcessActor.Props("network", Settings, [], launcher));
        await (await launcher.NextAsync()).BecomeReadyAsync();
        var refused = await Assert.ThrowsAsync<InvalidMessageException>(() => actor.Ask<RoleAnswer>(new SendToRole(1, default), Deadline.Long));
        Assert.Contains("network accepts no SendToRole", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ChildState.Ready, (await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long)).State);
    }

    private static void SendPixels(FakeChild child, ulong id)
    {
        var file = SharedMemory.Create("pixels", 16);
        SharedMemory.Add(file, Seals.Write | Seals.Shrink | Seals.Grow);
        child.Channel.Write(id, new ImageDecoded("png", 2, 2, 2, 2, [0]), [file]);
        child.Channel.Flush();
    }

    private static SafeDescriptor[] Files(int count) => [.. Enumerable.Range(0, count).Select(static _ => SharedMemory.Create("rides-along", 16))];

    private static byte[] Encoded<T>(T message) where T : struct, IWireMessage<T>
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePack.MessagePackWriter(bytes);
        message.Write(ref writer);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private sealed class BlackHoleActor : UntypedActor
    {
        internal static Props Props { get; } = Akka.Actor.Props.Create(static () => new BlackHoleActor());

        protected override void OnReceive(object message)
        {
        }
    }
}

/// <summary>Runs alone: another test would open descriptors, too.</summary>
[CollectionDefinition(RoleContractSpecs.Alone, DisableParallelization = true)]
public sealed class DescriptorCounts;
