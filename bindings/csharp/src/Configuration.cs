using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;

namespace Alioss
{
    /// <summary>
    /// A document of the service that has a class of its own. What it does not say is null or empty, and is not sent. Elements
    /// that came and have no property are kept with the object that they came in, and sent back with it.
    /// </summary>
    public abstract class Configuration : IMapped
    {
        internal Configuration()
        {
        }

        /// <summary>The answer that it came with; null for one of your own.</summary>
        public OssResponse? Response { get; private set; }

        internal abstract string Root { get; }

        /// <summary>It as XML, as it is sent.</summary>
        /// <exception cref="ArgumentNullException">An element of a list is null; the exception has its path.</exception>
        /// <exception cref="OssException">A text holds a character that XML cannot.</exception>
        public byte[] ToXml()
        {
            var document = new Document(Root);
            Mapper.Write(this, document.Root);
            return document.ToBytes();
        }

        internal abstract void Map(Mapper map);

        void IMapped.Map(Mapper map) => Map(map);

        /// <summary>What <paramref name="response"/> holds.</summary>
        /// <exception cref="OssException">Something else: <see cref="OssStatus.BadResponse"/>.</exception>
        internal static T Of<T>(OssResponse response) where T : Configuration, new()
        {
            var document = Document.Parse(response.Body);
            var made = new T { Response = response };
            if (document.RootName != made.Root)
            {
                throw Mapper.Bad($"the document is a `{document.RootName}`, not a `{made.Root}`");
            }
            Mapper.Read(made, document.Root);
            return made;
        }
    }

    /// <summary>What XML maps to.</summary>
    internal interface IMapped
    {
        /// <summary>Names each property once, for reading and writing.</summary>
        void Map(Mapper map);
    }

    /// <summary>
    /// Reads or writes the children of an element: each method takes what a property holds, writes it or not, and returns what
    /// the property is to hold. So one list of properties serves both ways, without reflection.
    /// </summary>
    internal sealed class Mapper
    {
        private const NumberStyles Whole =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

        private static readonly string[] Iso =
        {
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd",
        };

        /// <summary>What came in an object and has no property there.</summary>
        private static readonly ConditionalWeakTable<IMapped, List<Other>> Others =
            new ConditionalWeakTable<IMapped, List<Other>>();

        private readonly XmlElement element;
        private readonly bool writing;
        private readonly Dictionary<string, bool> known = new Dictionary<string, bool>(); // name: is it a list?
        private readonly Dictionary<string, Mapper> insides = new Dictionary<string, Mapper>();

        private Mapper(XmlElement element, bool writing)
        {
            this.element = element;
            this.writing = writing;
        }

        /// <summary>Fills <paramref name="made"/> with what <paramref name="from"/> holds.</summary>
        internal static void Read(IMapped made, XmlElement from)
        {
            var map = new Mapper(from, false);
            made.Map(map);
            var others = new List<Other>();
            map.AddOthers(others, new string[0]);
            if (others.Count > 0)
            {
                Others.Add(made, others);
            }
        }

        /// <summary>Writes <paramref name="value"/> into the empty element <paramref name="to"/>.</summary>
        internal static void Write(IMapped value, XmlElement to)
        {
            value.Map(new Mapper(to, true));
            if (!Others.TryGetValue(value, out var others))
            {
                return;
            }
            foreach (var other in others)
            {
                var parent = to;
                foreach (string name in other.Path)
                {
                    parent = Document.Child(parent, name, 0) ?? Document.Append(parent, name);
                }
                parent.AppendChild(to.OwnerDocument.ImportNode(other.Element, true));
            }
        }

        internal bool IsReading => !writing;

        internal static OssException Bad(string message) => OssException.Plain((int)OssStatus.BadResponse, message);

        internal string? Text(string name, string? value)
        {
            known[name] = false;
            if (writing)
            {
                Write(name, value);
                return value;
            }
            var child = Document.Child(element, name, 0);
            return child == null ? null : Document.TextOf(child);
        }

        internal long? Number(string name, long? value)
        {
            string? text = Text(name, value?.ToString(CultureInfo.InvariantCulture));
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            return long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Bad($"`{name}` is not a number: {text}");
        }

        internal bool? Flag(string name, bool? value)
        {
            string? text = Text(name, value.HasValue ? (value.Value ? "true" : "false") : null);
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            return bool.TryParse(text, out bool flag) ? flag : throw Bad($"`{name}` is neither true nor false: {text}");
        }

        internal DateTimeOffset? Time(string name, DateTimeOffset? value)
        {
            string? text = Text(
                name, value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            // What is looser takes "12:00" for noon today.
            return DateTimeOffset.TryParseExact(
                text!.Trim(), Iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
                ? time
                : throw Bad($"`{name}` is not a time: {text}");
        }

        internal T? Child<T>(string name, T? value) where T : class, IMapped, new()
        {
            known[name] = false;
            if (writing)
            {
                if (value != null)
                {
                    Write(value, Document.Append(element, name));
                }
                return value;
            }
            var child = Document.Child(element, name, 0);
            return child == null ? null : Read<T>(child);
        }

        internal void Children<T>(string name, IList<T> values) where T : class, IMapped, new()
        {
            known[name] = true;
            if (writing)
            {
                for (int index = 0; index < values.Count; index++)
                {
                    Write(Item(values, index, name), Document.Append(element, name));
                }
                return;
            }
            foreach (XmlElement child in All(name))
            {
                values.Add(Read<T>(child));
            }
        }

        internal void Texts(string name, IList<string> values)
        {
            known[name] = true;
            if (writing)
            {
                for (int index = 0; index < values.Count; index++)
                {
                    Write(name, Item(values, index, name), index);
                }
                return;
            }
            foreach (XmlElement child in All(name))
            {
                values.Add(Document.TextOf(child));
            }
        }

        /// <summary>What lies below an element that has no class; it is written if <paramref name="any"/>.</summary>
        internal Mapper Inside(string name, bool any = true)
        {
            var child = writing
                ? any ? Document.Append(element, name) : element.OwnerDocument.CreateElement(name)
                : Document.Child(element, name, 0) ?? element.OwnerDocument.CreateElement(name);
            known[name] = false;
            return insides[name] = new Mapper(child, writing);
        }

        private static T Read<T>(XmlElement from) where T : class, IMapped, new()
        {
            var made = new T();
            Read(made, from);
            return made;
        }

        /// <summary>Adds the elements that no property was read from; <paramref name="path"/> leads here.</summary>
        private void AddOthers(List<Other> others, string[] path)
        {
            var seen = new HashSet<string>();
            for (XmlNode? node = element.FirstChild; node != null; node = node.NextSibling)
            {
                bool isFirst = node is XmlElement && seen.Add(node.LocalName);
                bool isKnown = known.TryGetValue(node.LocalName, out bool isList) && (isList || isFirst);
                if (node is XmlElement && !isKnown)
                {
                    others.Add(new Other { Path = path, Element = (XmlElement)node });
                }
            }
            foreach (var inside in insides)
            {
                var longer = new List<string>(path) { inside.Key };
                inside.Value.AddOthers(others, longer.ToArray());
            }
        }

        /// <summary>An item of a list, which may not be null.</summary>
        private T Item<T>(IList<T> values, int index, string name) where T : class =>
            values[index] ?? throw new ArgumentNullException(PathOf($"{name}[{index}]"), "an element of a list is null");

        /// <summary>Writes a text, which may be one of a list.</summary>
        private void Write(string name, string? value, int index = -1)
        {
            if (value != null)
            {
                if (!Document.CanHold(value))
                {
                    throw Document.CannotHold(PathOf(index < 0 ? name : $"{name}[{index}]"));
                }
                Document.Append(element, name).AppendChild(element.OwnerDocument.CreateTextNode(value));
            }
        }

        /// <summary>What is called <paramref name="name"/> here, from below the root.</summary>
        private string PathOf(string name)
        {
            XmlNode at = element;
            while (at != element.OwnerDocument.DocumentElement && at.ParentNode != null)
            {
                int before = 0;
                for (XmlNode? node = at.PreviousSibling; node != null; node = node.PreviousSibling)
                {
                    before += node.LocalName == at.LocalName ? 1 : 0;
                }
                name = at.LocalName + (before > 0 ? $"[{before}]." : ".") + name;
                at = at.ParentNode;
            }
            return name;
        }

        private IEnumerable<XmlElement> All(string name)
        {
            XmlElement? child;
            for (int index = 0; (child = Document.Child(element, name, index)) != null; index++)
            {
                yield return child;
            }
        }

        /// <summary>An element, and the names of those that it lay in.</summary>
        private struct Other
        {
            internal string[] Path;
            internal XmlElement Element;
        }
    }
}
