using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ClusterProof;

/// <summary>Fetches that are under way at once, each by an actor that stays to hear of a second answer.</summary>
/// <param name="front">Asks.</param>
/// <param name="site">Answers.</param>
internal sealed class FetchLoad(Front front, ProofSite site) : Load(front)
{
    internal override string Name => "fetches";

    // Every tenth is not idempotent: it must not be made twice.
    internal static bool IsIdempotent(int number) => number % 10 != 0;

    internal override string? NodeOf(int number) => site.NodesOf(number) is [var first, ..] ? first : null;

    protected override Task UnderWayAsync(int count) => UntilAsync(() => site.Arrived >= count, () => $"{site.Arrived} of {count} fetches have arrived at the site");

    internal override void Release() => site.OpenGate();

    internal override IEnumerable<string> Violations(int number, bool isAffected)
    {
        var visits = site.NodesOf(number).Count;
        var most = isAffected && IsIdempotent(number) ? 2 : 1;
        if (visits < 1 || visits > most)
            yield return $"fetch {number} was made {visits} times, by {string.Join(", ", site.NodesOf(number))}";
        foreach (var violation in base.Violations(number, isAffected))
            yield return violation;
        if (isAffected && IsIdempotent(number) && Ends.Of(number) is [{ Kind: not EndKind.Answered } end])
            yield return $"fetch {number} was not made elsewhere: {end.Detail}";
    }

    protected override void Begin(int number)
    {
        var fetch = new Fetch($"{site.Root}/held/{number}") { Method = IsIdempotent(number) ? "GET" : "POST" };
        Keep(Front.System.ActorOf(Props.Create(() => new Asker(Front.Cluster, fetch, number, Ends))));
    }

    protected override void Prepare() => site.CloseGate();

    private sealed class Asker(IActorRef cluster, Fetch fetch, int number, Ends ends) : UntypedActor
    {
        protected override void PreStart() => cluster.Tell(fetch, Self);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case FetchResponse { Status: 200 } response when Encoding.UTF8.GetString(response.Body.Span) == ProofSite.Body(number.ToString(CultureInfo.InvariantCulture)):
                    ends.Add(number, EndKind.Answered, "200");
                    break;
                case FetchFailed { Kind: FetchErrorKind.NodeLost } lost:
                    ends.Add(number, EndKind.NodeLost, lost.Message);
                    break;
                case FetchFailed failed:
                    ends.Add(number, EndKind.Other, $"{failed.Kind}: {failed.Message}");
                    break;
                default:
                    ends.Add(number, EndKind.Other, message.ToString() ?? "");
                    break;
            }
        }
    }
}
