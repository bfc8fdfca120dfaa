using System.Text;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.BrowserProtocol;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Samples.Guide;

// <!-- role -->
/// <summary>A role that this program defines: counts the words of untrusted texts in a sandbox.</summary>
public sealed class WordCounter : IChildRole
{
    public const string Name = "word-counter";
    public const ushort Count = 1, Reverse = 2, TooLong = 3;

    private ChildContext _context = null!;

    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => _context = context;

    // Runs on the child's only thread, which answers no heartbeat meanwhile. Run longer work on the thread pool, then call RequestFlush.
    public void OnMessage(ulong id, RoleMessage question)
    {
        var words = Encoding.UTF8.GetString(question.Payload.Span).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (question.Kind == Count)
            Answer(id, Count, BitConverter.GetBytes(words.Length));
        else
            Answer(id, Reverse, Encoding.UTF8.GetBytes(string.Join("   ", words.Reverse())));
    }

    private void Answer(ulong question, ushort kind, byte[] payload)
    {
        try
        {
            _context.Write(question, new RoleMessage(kind, payload));
        }
        catch (ArgumentException)
        {
            // Longer than channel.max-frame. Uncaught, this would end the process with code 70, and the asker would get ChildLostException.
            _context.Write(question, new RoleMessage(TooLong, default));
        }
    }
}
// <!-- /role -->

// <!-- child -->
/// <summary>Starts a word counter, asks it, shuts it down, and learns how it ended.</summary>
public sealed class WordCounting(IActorRef browser, string text, IActorRef reader) : UntypedActor
{
    // The answer says whether the child became ready; only a subscriber is told of its exit.
    protected override void PreStart() => browser.Tell(new SpawnChild(WordCounter.Name) { Subscriber = Self });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChildSpawned spawned:
                spawned.Child.Tell(new SendToRole(WordCounter.Count, Encoding.UTF8.GetBytes(text)));
                break;
            case RoleAnswer answer:
                reader.Tell($"{BitConverter.ToInt32(answer.Payload.Span)} words");
                Sender.Tell(Shutdown.Instance);
                break;
            case Akka.Actor.Status.Failure { Cause: ChildLostException lost }:
                // The question has no answer, because its child is gone: ChildExited follows, or has arrived.
                reader.Tell(lost.Message);
                break;
            case ChildExited exited:
                // Sent once, after everything the child sent; also for a child that never became ready (ChildSpawnFailed has the same record).
                reader.Tell($"The {exited.Role} ({exited.Image}) ended: {exited.Reason}, code {exited.ExitCode}, {exited.InFlight.Count} unanswered");
                Context.Stop(Self);
                break;
            default:
                // ChildReady, SandboxViolated, ChildSpawnFailed.
                break;
        }
    }
}
// <!-- /child -->
