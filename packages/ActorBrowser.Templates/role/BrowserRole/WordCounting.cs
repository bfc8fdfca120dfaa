using System.Text;
using ActorBrowser;
using Akka.Actor;

namespace BrowserRole;

/// <summary>Starts one word counter, asks it about each text that it is sent, and starts another when it is lost.</summary>
public sealed class WordCounting(IActorRef browser) : UntypedActor, IWithUnboundedStash
{
    public IStash Stash { get; set; } = null!;

    public static Props Props(IActorRef browser) => Akka.Actor.Props.Create(() => new WordCounting(browser));

    protected override void PreStart() => Start();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case BrowserProtocol.ChildSpawned spawned:
                Become(next => Counting(next, spawned.Child));
                Stash.UnstashAll();
                break;
            case BrowserProtocol.ChildSpawnFailed failed:
                throw new InvalidOperationException($"No {WordCounter.Name} could be started: {failed.Exited.Cause}");
            case string:
                Stash.Stash();
                break;
            default:
                break;
        }
    }

    private void Counting(object message, IActorRef child)
    {
        switch (message)
        {
            case string text:
                // The answer, or the failure, goes to the actor that asked.
                child.Tell(new ChildProcessProtocol.SendToRole(WordCounter.Count, Encoding.UTF8.GetBytes(text)), Sender);
                break;
            case ChildProcessProtocol.ChildExited:
                Start();
                break;
            default:
                break;
        }
    }

    private void Start()
    {
        Become(OnReceive);
        browser.Tell(new BrowserProtocol.SpawnChild(WordCounter.Name) { Subscriber = Self });
    }
}
