using System.Collections.Concurrent;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorBrowser.Samples.Rules.Engine;

// <!-- engine -->
/// <summary>Compiles rules, which are C# expressions about an <c>order</c>, and evaluates them. It trusts them with its whole process.</summary>
public sealed class RoslynEngine : IRuleEngine
{
    private static readonly MetadataReference[] References = [.. Assemblies().Select(static path => MetadataReference.CreateFromFile(path))];

    private readonly ConcurrentDictionary<string, Func<Order, bool>> _compiled = new();

    public ValueTask<bool> EvaluateAsync(Evaluate request, RoleContext context) => ValueTask.FromResult(_compiled.GetOrAdd(request.Rule, Compile)(request.Order));

    private static Func<Order, bool> Compile(string rule)
    {
        var source = $$"""
            using System; using System.IO; using System.Linq;
            public static class Compiled { public static bool Holds({{typeof(Order).FullName}} order) => {{rule}}; }
            """;
        var compilation = CSharpCompilation.Create("rule", [CSharpSyntaxTree.ParseText(source)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        if (compilation.Emit(image).Diagnostics.FirstOrDefault(static one => one.Severity == DiagnosticSeverity.Error) is { } error)
            throw new FormatException(error.GetMessage());
        image.Position = 0;
        var context = AssemblyLoadContext.GetLoadContext(typeof(RoslynEngine).Assembly)!;
        return new RuleContext(context).LoadFromStream(image).GetType("Compiled")!.GetMethod("Holds")!.CreateDelegate<Func<Order, bool>>();
    }

    private static IEnumerable<string> Assemblies() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Linq.dll")
            .Append(typeof(Order).Assembly.Location);

    // Collectible, because a rule that is replaced must not stay for ever.
    private sealed class RuleContext(AssemblyLoadContext plugin) : AssemblyLoadContext("rule", isCollectible: true)
    {
        protected override System.Reflection.Assembly? Load(System.Reflection.AssemblyName assemblyName) => plugin.LoadFromAssemblyName(assemblyName);
    }
}
// <!-- /engine -->
