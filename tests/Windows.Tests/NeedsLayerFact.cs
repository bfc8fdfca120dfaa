using ActorBrowser.Sandbox;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>A spec of a layer: skipped, with the layer's name and what its probe said, where there is no such layer.</summary>
public sealed class NeedsLayerFactAttribute : FactAttribute
{
    /// <summary>Asks the layer's probe.</summary>
    /// <param name="layer">The layer.</param>
    public NeedsLayerFactAttribute(SandboxLayer layer)
    {
        if (!OperatingSystem.IsWindows())
            return;
        var offer = WindowsPlan.Offers(new HashSet<SandboxLayer>()).First(offer => offer.Layer == layer);
        if (!offer.Available)
            Skip = $"{LayerNames.Of(layer)} is not here: {offer.Detail}";
    }
}
