using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>An answer to an action as frames: pieces of a long body first, then the answer itself with the last of them.</summary>
internal static class ActFrames
{
    internal static IEnumerable<ActDone> Of(ActDone answer)
    {
        var parts = new List<BodyPart>();
        var bytes = 0;
        foreach (var part in answer.Parts.SelectMany(static part => Pieces(part)))
        {
            if (bytes + part.Data.Length > ActDone.MostBytes || parts.Count == ActDone.MostParts)
            {
                yield return ActDone.Changed with { Outcome = ActOutcome.More, Parts = parts };
                (parts, bytes) = ([], 0);
            }
            parts.Add(part);
            bytes += part.Data.Length;
        }
        yield return answer with { Parts = parts };
    }

    private static IEnumerable<BodyPart> Pieces(BodyPart part)
    {
        if (part.Data.Length <= ActDone.MostBytes)
        {
            yield return part;
            yield break;
        }
        for (var at = 0; at < part.Data.Length; at += ActDone.MostBytes)
            yield return part with { Data = part.Data.Slice(at, Math.Min(ActDone.MostBytes, part.Data.Length - at)) };
    }
}
