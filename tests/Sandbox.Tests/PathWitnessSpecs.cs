namespace ActorBrowser.SandboxTests;

/// <summary>A plan is reused while everything that it depends on is unchanged.</summary>
public sealed class PathWitnessSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ab-witness-").FullName;
    private readonly PathWitness _witness = new();

    public void Dispose() => Directory.Delete(_root, true);

    private string At(string name) => Path.Combine(_root, name);

    [Fact]
    public void Nothing_has_changed()
    {
        File.WriteAllText(At("file"), "x");
        Directory.CreateDirectory(At("folder"));
        foreach (var name in new[] { "file", "folder", "missing" })
            _witness.Note(At(name));
        File.WriteAllText(At("file"), "other content");
        File.WriteAllText(Path.Combine(At("folder"), "new"), "");
        Assert.True(_witness.Holds());
    }

    [Fact]
    public void A_folder_made_anew_is_another()
    {
        Directory.CreateDirectory(At("folder"));
        _witness.Note(At("folder"));
        Directory.Move(At("folder"), At("away"));
        Directory.CreateDirectory(At("folder"));
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void What_was_missing_is_there()
    {
        _witness.Note(At("missing"));
        File.WriteAllText(At("missing"), "");
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void What_was_there_is_missing()
    {
        File.WriteAllText(At("file"), "");
        _witness.Note(At("file"));
        File.Delete(At("file"));
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void A_link_leads_elsewhere()
    {
        File.CreateSymbolicLink(At("link"), "a");
        _witness.Note(At("link"));
        File.Delete(At("link"));
        File.CreateSymbolicLink(At("link"), "b");
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void A_folder_has_become_a_link()
    {
        Directory.CreateDirectory(At("folder"));
        _witness.Note(At("folder"));
        Directory.Move(At("folder"), At("away"));
        File.CreateSymbolicLink(At("folder"), "away");
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void A_file_whose_content_matters_was_written()
    {
        File.WriteAllText(At("file"), "x");
        _witness.NoteContent(At("file"));
        Assert.True(_witness.Holds());
        File.AppendAllText(At("file"), "y");
        Assert.False(_witness.Holds());
    }

    [Fact]
    public void A_link_of_a_folder_leads_a_path_when_it_is_followed()
    {
        Directory.CreateDirectory(At("w"));
        Directory.CreateDirectory(At("other"));
        File.CreateSymbolicLink(At("w/link"), At("other"));
        File.CreateSymbolicLink(At("to-w"), At("w"));
        Assert.True(LinkWalk.IsLedBy(At("w/link"), At("w")));
        Assert.True(LinkWalk.IsLedBy(At("to-w/link/file"), At("w")));
        Assert.False(LinkWalk.IsLedBy(At("w"), At("w")));
        Assert.False(LinkWalk.IsLedBy(At("to-w"), At("w")));
        Assert.False(LinkWalk.IsLedBy(At("other"), At("w")));
    }
}
