using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Passes a renderer's answer to a query on to its asker.</summary>
internal static class QueryAnswers
{
    /// <summary>Passes a frame on.</summary>
    /// <returns>False for a frame that answers no query.</returns>
    internal static bool TryPass(ChildFrames.UserFrame frame, IActorRef asker)
    {
        switch (frame)
        {
            case ChildFrames.Answer answer:
                asker.Tell(new QueryResult(answer.Value.Total, answer.Value.Items));
                return true;
            case ChildFrames.NoDocument failed:
                asker.Tell(new QueryFailed(failed.Value.Kind, failed.Value.Message));
                return true;
            case ChildFrames.TooLarge tooLarge:
                asker.Tell(new QueryFailed(DocumentFailure.TooLarge, $"The query takes more than the {tooLarge.Limit} bytes that a message to a renderer may have."));
                return true;
            default:
                return false;
        }
    }
}
