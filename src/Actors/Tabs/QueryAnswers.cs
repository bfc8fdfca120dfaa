using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Passes a renderer's answer to a query on to the actor that asked.</summary>
internal static class QueryAnswers
{
    /// <summary>Passes on the answer in a frame.</summary>
    /// <returns>False if the frame answers no query.</returns>
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
                asker.Tell(new QueryFailed(DocumentFailure.TooLarge, $"The query exceeds the frame limit of {tooLarge.Limit} bytes; shorten its argument."));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Passes on the value of a script in a frame.</summary>
    /// <returns>False if the frame answers no script.</returns>
    internal static bool TryPassValue(ChildFrames.UserFrame frame, IActorRef asker)
    {
        switch (frame)
        {
            case ChildFrames.ScriptValue value:
                asker.Tell(new Evaluated(value.Value.Json));
                return true;
            case ChildFrames.NoScriptValue failed:
                asker.Tell(new EvaluationFailed(failed.Value.Kind, failed.Value.Message, failed.Value.Line, failed.Value.Column));
                return true;
            case ChildFrames.TooLarge tooLarge:
                asker.Tell(new EvaluationFailed(ScriptFailure.Invalid, $"The script exceeds the frame limit of {tooLarge.Limit} bytes.", 0, 0));
                return true;
            default:
                return false;
        }
    }
}
