using System.Reflection;
using System.Text;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>
/// The public API as text, one file per assembly, so that a review shows its changes. After an intended change run the tests once
/// with ACTORBROWSER_UPDATE_API=1.
/// </summary>
public sealed class PublicApi
{
    [Theory]
    [InlineData("ActorBrowser.Interop")]
    [InlineData("ActorBrowser.Transport")]
    [InlineData("ActorBrowser.Sandbox")]
    [InlineData("ActorBrowser.ChildEntrypoints")]
    [InlineData("ActorBrowser.Actors")]
    [InlineData("ActorBrowser.TestKit")]
    [InlineData("ActorBrowser.Agents")]
    [InlineData("ActorBrowser.Cluster")]
    [InlineData("ActorBrowser.Dashboard")]
    public void The_public_api_is_the_recorded_one(string assembly)
    {
        var recorded = Path.Combine(Repository.Root, "tests", "Architecture.Tests", "Recorded", assembly + ".txt");
        var actual = Describe(Assembly.Load(assembly));
        if (Environment.GetEnvironmentVariable("ACTORBROWSER_UPDATE_API") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(recorded)!);
            File.WriteAllText(recorded, actual);
        }
        Assert.True(File.Exists(recorded), $"No record of {assembly}'s API: run once with ACTORBROWSER_UPDATE_API=1.");
        Assert.Equal(File.ReadAllText(recorded), actual);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type));
            if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
                text.Append(" : ").Append(Name(parent));
            text.Append('\n');
            foreach (var line in Members(type).Distinct().Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsSealed ? "sealed class" : type.IsAbstract ? "abstract class" : "class";

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(Declared))
        {
            var line = member switch
            {
                FieldInfo { IsPublic: true, IsSpecialName: false } f when type.IsEnum && f.IsLiteral => $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), null)}",
                FieldInfo { IsPublic: true, IsSpecialName: false } f => $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
                PropertyInfo p when Visible(p.GetMethod) || Visible(p.SetMethod) =>
                    $"{Name(p.PropertyType)} {p.Name} {{ {(Visible(p.GetMethod) ? "get; " : "")}{(Visible(p.SetMethod) ? "set; " : "")}}}",
                EventInfo e when Visible(e.AddMethod) => $"event {Name(e.EventHandlerType!)} {e.Name}",
                ConstructorInfo c when Visible(c) => $"new({Parameters(c)})",
                MethodInfo m when Visible(m) && !m.IsSpecialName && !m.Name.Contains('<', StringComparison.Ordinal) =>
                    $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
                _ => null,
            };
            if (line is not null)
                yield return line;
        }
    }

    private static bool Visible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        var name = type.DeclaringType is null ? type.FullName ?? type.Name : Name(type.DeclaringType) + "." + type.Name;
        if (!type.IsGenericType)
            return name;
        var bare = (type.DeclaringType is null ? $"{type.Namespace}.{type.Name}" : name).Split('`')[0];
        return $"{bare}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
