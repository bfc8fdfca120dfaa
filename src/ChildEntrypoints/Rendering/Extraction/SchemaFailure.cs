using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering.Extraction;

/// <summary>The failures of an extraction; each names the place in the schema.</summary>
internal static class SchemaFailure
{
    /// <summary>The schema is not one that can be followed.</summary>
    internal static DocumentFailedException Invalid(string place, string problem) => new(DocumentFailure.InvalidSchema, $"The schema is not valid at {place}: {problem}");

    /// <summary>The page has not what the schema demands.</summary>
    internal static DocumentFailedException Mismatch(string place, string problem) => new(DocumentFailure.SchemaMismatch, $"The page does not match the schema at {place}: {problem}");
}
