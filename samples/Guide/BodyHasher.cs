using System.Security.Cryptography;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Samples.Guide;

// <!-- streamed -->
/// <summary>Hashes a body of any size as it arrives, sends the hash to the reader, and stops.</summary>
public sealed class BodyHasher(IActorRef browser, string url, IActorRef reader) : UntypedActor
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // When this actor stops, the fetch is cancelled; CancelFetch(id) cancels it earlier.
    protected override void PreStart() => browser.Tell(new Fetch(url) { Streamed = true });

    protected override void PostStop() => _hash.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchStarted:
                // Accepted. All later messages have the same id: one actor can have many fetches.
                break;
            case FetchHeadersArrived arrived when arrived.Headers.Status != 200:
                End(new Akka.Actor.Status.Failure(new IOException($"{url} answered {arrived.Headers.Status}")));
                break;
            case FetchHeadersArrived:
                break;
            case FetchChunk chunk:
                _hash.AppendData(chunk.Data.Span);
                // Consumed: grant as many bytes more. Without grants fetch.initial-credit bytes arrive, and the server waits.
                browser.Tell(new GrantCredit(chunk.Id, chunk.Data.Length));
                break;
            case FetchCompleted completed:
                End($"{completed.End.BodyBytes} bytes hash to {Convert.ToHexString(_hash.GetHashAndReset())}");
                break;
            case FetchFailed failed:
                // Instead of FetchCompleted; part of the body may have arrived before.
                End(new Akka.Actor.Status.Failure(new IOException($"{failed.Kind}: {failed.Message}")));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void End(object answer)
    {
        reader.Tell(answer);
        Context.Stop(Self);
    }
}
// <!-- /streamed -->
